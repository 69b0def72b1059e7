import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { CaptureWorkerError } from '../../../src/errors.js';
import type { StartUp } from '../../../src/start-up.js';
import { createStartUp } from '../../../src/start-up.js';
import type { ManualClock } from '../../support/manual-clock.js';
import { manualClock } from '../../support/manual-clock.js';

interface Rig {
  readonly startUp: StartUp;
  readonly clock: ManualClock;
  readonly stop: AbortController;
  /** What was logged, a message each. */
  readonly said: string[];
}

function rig(): Rig {
  const said: string[] = [];
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      said.push((JSON.parse(line.toString()) as { msg: string }).msg);
      done();
    },
  });
  const [clock, stop] = [manualClock(), new AbortController()];
  const startUp = createStartUp({ clock, random: () => 0.5, log: pino(stream), stop: stop.signal });
  return { startUp, clock, stop, said };
}

const SLOW =
  'no answer for 3s; check that Kafka runs, that KAFKA_BROKERS names it, and that KAFKA_TLS and KAFKA_SASL_MECHANISM ' +
  'are as it wants them';

describe('a start', () => {
  it('tells of a part that gives no answer within seconds, with the settings to look at', async () => {
    const { startUp, clock, said } = rig();
    let answer = (value: string): void => assert.fail(`${value} before it was asked`);
    const step = startUp.step('kafka', () => new Promise<string>((resolve) => (answer = resolve)));
    assert.deepEqual(startUp.stateOf('kafka'), { ok: false, missing: 'asked, and not answered yet' });
    await clock.advance(2_900);
    assert.deepEqual(said, []);
    await clock.advance(200);
    assert.deepEqual(said, [`waiting for kafka: ${SLOW}`]);
    assert.deepEqual(startUp.stateOf('kafka'), { ok: false, missing: SLOW });
    await clock.advance(60_000);
    assert.equal(said.length, 1);
    answer('there');
    assert.equal(await step, 'there');
    assert.deepEqual(startUp.stateOf('kafka'), { ok: true });
  });

  it('says nothing of a part that answers in time, and leaves no wait behind', async () => {
    const { startUp, clock, said } = rig();
    assert.equal(await startUp.step('database', () => Promise.resolve(1)), 1);
    await clock.advance(10_000);
    assert.deepEqual(said, []);
    assert.equal(clock.sleepers, 0);
  });

  it('keeps why the first try failed while the next ones are slow', async () => {
    const { startUp, clock, said, stop } = rig();
    let tries = 0;
    const step = startUp.step('registry', () => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new CaptureWorkerError('REGISTRY_UNAVAILABLE', 'no registry there'))
        : new Promise(() => undefined);
    });
    await clock.advance(30_000);
    assert.equal(tries, 2);
    assert.deepEqual(said, ['waiting for registry: no registry there']);
    assert.deepEqual(startUp.stateOf('registry'), { ok: false, missing: 'no registry there' });
    stop.abort();
    void step;
  });

  it('throws what waiting would not mend, and ends when it is given up', async () => {
    const { startUp, clock, stop } = rig();
    const fault = new CaptureWorkerError('SCHEMA_TOO_NEW', 'too new');
    await assert.rejects(
      startUp.step('schema', () => Promise.reject(fault)),
      fault,
    );
    const away = new CaptureWorkerError('STORE_UNAVAILABLE', 'away');
    const step = startUp.step('database', () => Promise.reject(away));
    await clock.advance(5_000);
    stop.abort();
    assert.equal(await step, null);
    assert.equal(clock.sleepers, 0);
  });
});
