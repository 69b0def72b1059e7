import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { RunningWorker } from '../../../../src/compose.js';
import { runWorker } from '../../../../src/cli/run-worker.js';
import { CaptureWorkerError, hasCode } from '../../../../src/errors.js';
import type { ManualClock } from '../../../support/manual-clock.js';
import { manualClock, settled } from '../../../support/manual-clock.js';

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** A worker whose every step is up to the test. */
interface Scene {
  /** What the process ended with: an exit code, or what it failed with. */
  readonly end: Promise<unknown>;
  readonly events: EventEmitter;
  readonly clock: ManualClock;
  /** Codes of exits on the spot. */
  readonly exits: number[];
  readonly lines: string[];
  readonly starting: Deferred<RunningWorker>;
  readonly finished: Deferred<undefined>;
  readonly draining: Deferred<{ left: number }>;
  readonly worker: RunningWorker;
  drains: number;
}

function scene(): Scene {
  const parts = {
    events: new EventEmitter(),
    clock: manualClock(),
    exits: [] as number[],
    lines: [] as string[],
    starting: deferred<RunningWorker>(),
    finished: deferred<undefined>(),
    draining: deferred<{ left: number }>(),
    drains: 0,
  };
  const worker: RunningWorker = {
    finished: parts.finished.promise,
    drain: () => {
      made.drains += 1;
      return parts.draining.promise;
    },
  };
  const end: Promise<unknown> = runWorker({
    start: () => parts.starting.promise,
    events: parts.events,
    exit: (code) => void parts.exits.push(code),
    log: pino({ level: 'info' }, { write: (line) => void parts.lines.push(line) }),
    clock: parts.clock,
    drainDeadlineMs: 1_000,
  }).catch((error: unknown) => error);
  const made: Scene = { ...parts, worker, end };
  return made;
}

async function runningScene(): Promise<Scene> {
  const made = scene();
  made.starting.resolve(made.worker);
  await settled();
  return made;
}

describe('runWorker', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`drains on ${signal} and ends with 0 when nothing is left`, async () => {
      const { end, events, draining, exits, ...rest } = await runningScene();
      events.emit(signal, signal);
      draining.resolve({ left: 0 });
      assert.equal(await end, 0);
      assert.deepEqual(exits, []);
      assert.equal(rest.lines.filter((line) => line.includes(`${signal}: stopping`)).length, 1);
    });
  }

  it('does not drain before it is asked to', async () => {
    const made = await runningScene();
    assert.equal(made.drains, 0);
    made.events.emit('SIGTERM', 'SIGTERM');
    await settled();
    assert.equal(made.drains, 1);
  });

  it('ends with 7 when the drain left messages undone', async () => {
    const { end, events, draining } = await runningScene();
    events.emit('SIGTERM', 'SIGTERM');
    draining.resolve({ left: 3 });
    assert.equal(await end, 7);
  });

  it('ends with 7 when the drain hangs beyond its own deadline', async () => {
    const { end, events, clock, lines } = await runningScene();
    events.emit('SIGTERM', 'SIGTERM');
    await clock.advance(1_000);
    assert.doesNotMatch(lines.join(), /the drain hangs/);
    await clock.advance(3_000);
    assert.equal(await end, 7);
    assert.match(lines.join(), /the drain hangs/);
  });

  it('stops on the spot, with 9, at a second signal of whichever kind', async () => {
    const { events, exits } = await runningScene();
    events.emit('SIGTERM', 'SIGTERM');
    await settled();
    assert.deepEqual(exits, []);
    events.emit('SIGINT', 'SIGINT');
    assert.deepEqual(exits, [9]);
  });

  it('drains as soon as it has started if the signal came before', async () => {
    const made = scene();
    made.events.emit('SIGTERM', 'SIGTERM');
    await settled();
    assert.equal(made.drains, 0);
    made.starting.resolve(made.worker);
    made.draining.resolve({ left: 0 });
    assert.equal(await made.end, 0);
    assert.equal(made.drains, 1);
  });

  it('fails with what kept it from starting', async () => {
    const { starting, end } = scene();
    starting.reject(new CaptureWorkerError('PORT_UNAVAILABLE', 'taken'));
    assert.ok(hasCode(await end, 'PORT_UNAVAILABLE'));
  });

  it('drains a worker that failed, tells why, and fails with it', async () => {
    const made = await runningScene();
    made.finished.reject(new CaptureWorkerError('CONSUMER_STOPPED', 'the consumer stopped'));
    await settled();
    assert.equal(made.drains, 1);
    made.draining.resolve({ left: 5 });
    assert.ok(hasCode(await made.end, 'CONSUMER_STOPPED'));
    assert.match(made.lines.join(), /"level":60.*the worker failed: the consumer stopped/);
  });

  it('counts a worker that ended unasked as failed', async () => {
    const { finished, draining, end } = await runningScene();
    finished.resolve(undefined);
    draining.resolve({ left: 0 });
    assert.ok(hasCode(await end, 'CONSUMER_STOPPED'));
  });

  it('is not thrown off by a worker that fails while it drains', async () => {
    const { events, finished, draining, end } = await runningScene();
    events.emit('SIGTERM', 'SIGTERM');
    await settled();
    finished.reject(new Error('late'));
    await settled();
    draining.resolve({ left: 0 });
    assert.equal(await end, 0);
  });

  it('is not thrown off by one that fails while it drains right after its start', async () => {
    const made = scene();
    made.events.emit('SIGTERM', 'SIGTERM');
    await settled();
    made.starting.resolve(made.worker);
    await settled();
    made.finished.reject(new Error('late, and nobody else listens'));
    await settled();
    made.draining.resolve({ left: 0 });
    assert.equal(await made.end, 0);
  });

  for (const event of ['uncaughtException', 'unhandledRejection']) {
    it(`tells an ${event} and ends on the spot, with 1`, async () => {
      const { events, exits, lines } = await runningScene();
      events.emit(event, new Error('a fault'));
      assert.deepEqual(exits, [1]);
      assert.match(lines.join(), /"level":60.*an error that nobody caught: a fault/);
    });
  }

  it('leaves the process as it found it', async () => {
    const { end, events, draining } = await runningScene();
    assert.equal(events.listenerCount('SIGTERM'), 1);
    events.emit('SIGTERM', 'SIGTERM');
    draining.resolve({ left: 0 });
    await end;
    assert.deepEqual(events.eventNames(), []);
  });
});
