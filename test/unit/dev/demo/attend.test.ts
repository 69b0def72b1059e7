import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attend } from '../../../../dev/demo/attend.js';
import { EndedEarly } from '../../../../dev/demo/programs.js';
import type { Worker } from '../../../../dev/stack/crew.js';
import { until } from '../../../support/until.js';

/** A process that ends when it is told how. */
class FakeProcess implements Worker {
  readonly pid = 1;
  readonly ended: Promise<string>;
  #how: string | null = null;
  #end: (how: string) => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }
  end(how: string): void {
    this.#how = how;
    this.#end(how);
  }
  isRunning(): boolean {
    return this.#how === null;
  }
  recentOutput(): Promise<string> {
    return Promise.resolve('first line\nlast line\n');
  }
  stop(): Promise<void> {
    if (this.#how === null) this.end('exit code 0');
    return Promise.resolve();
  }
}

/** Starts processes one after the other; `holdBack` makes the next start wait. */
class Starter {
  readonly started: FakeProcess[] = [];
  readonly said: string[] = [];
  next: Promise<void> = Promise.resolve();
  readonly start = async (): Promise<FakeProcess> => {
    await this.next;
    const process = new FakeProcess();
    this.started.push(process);
    return process;
  };
  readonly say = (line: string): void => {
    this.said.push(line);
  };
}

describe('an attended process', () => {
  it('is started again when it was killed, without holding up who looks', async () => {
    const starter = new Starter();
    const attended = await attend('The ledger', starter.start, starter.say);
    await attended.check();
    assert.deepEqual([starter.started.length, attended.isUp()], [1, true]);

    let goOn: () => void = () => undefined;
    starter.next = new Promise((resolve) => {
      goOn = resolve;
    });
    starter.started[0]?.end('SIGKILL');
    assert.equal(attended.isUp(), false);
    await attended.check();
    await attended.check();
    assert.deepEqual([starter.started.length, attended.isUp()], [1, false]);
    assert.deepEqual(starter.said, ['The ledger was killed (SIGKILL); starting it again.']);

    goOn();
    await until(() => attended.isUp());
    assert.equal(attended.current(), starter.started[1]);
    await attended.stop();
  });

  it('is started again when it was killed before it was up, but not when it ended so by itself', async () => {
    const starter = new Starter();
    const ends = ['SIGKILL', 'SIGKILL'];
    const start = (): Promise<FakeProcess> => {
      const how = ends.shift();
      return how === undefined ? starter.start() : Promise.reject(new EndedEarly('The ledger', how, ''));
    };
    const attended = await attend('The ledger', start, starter.say);
    assert.ok(attended.isUp());
    assert.equal(starter.said.length, 2);
    // With SIGTERM it was told to end, before it could make anything of that.
    for (const how of ['exit code 3', 'SIGTERM']) {
      ends.push(how);
      await assert.rejects(attend('The ledger', start, starter.say), {
        message: `The ledger ended (${how}):\n`,
      });
    }
    assert.equal(starter.said.length, 2);
  });

  it('that ended by itself is a failure, told with the end of its log', async () => {
    const starter = new Starter();
    const attended = await attend('The ledger', starter.start, starter.say);
    starter.started[0]?.end('exit code 1');
    await assert.rejects(attended.check(), /The ledger ended \(exit code 1\)[^]*last line/);
  });

  it('that doesn’t come up again, or doesn’t stop well, is a failure too', async () => {
    const starter = new Starter();
    const attended = await attend('The ledger', starter.start, starter.say);
    starter.next = Promise.reject(new Error('no port is left'));
    starter.next.catch(() => undefined);
    starter.started[0]?.end('SIGKILL');
    await attended.check();
    await until(() =>
      attended.check().then(
        () => false,
        (error: unknown) => String(error).includes('no port'),
      ),
    );

    const other = await attend('The worker', new Starter().start, starter.say);
    other.current().end('exit code 8');
    await assert.rejects(other.stop(), /The worker did not stop cleanly \(exit code 8\)/);
  });
});
