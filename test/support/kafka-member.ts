import { createLogConsumer } from '../../src/kafka/log-consumer.js';
import { createRunner } from '../../src/kafka/runner.js';
import type { LogConsumer } from '../../src/ports/log.js';
import { systemClock } from '../../src/system-clock.js';
import { SILENT } from './kafka.js';
import type { MemberReport } from './kafka-members.js';

/**
 * A member of a consumer group in a process of its own, for tests that kill or freeze it. It says on standard output what it does. A
 * message whose value is `stuck` never completes. SIGTERM drains it.
 */
const [brokers = '', topic = '', groupId = '', sessionTimeout = '', commitEvery = ''] = process.argv.slice(2);

function say(report: MemberReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

function fail(error: Error): void {
  say({ is: 'fatal', message: error.message });
  process.exitCode = 1;
}

const kafka = createLogConsumer({
  client: { brokers: brokers.split(','), clientId: 'member' },
  groupId,
  topics: [topic],
  log: SILENT,
  onFatal: fail,
  sessionTimeoutMs: Number(sessionTimeout),
});

const consumer: LogConsumer = {
  ...kafka,
  run: (handler) =>
    kafka.run({
      ...handler,
      assigned: (partitions, epoch) => {
        handler.assigned(partitions, epoch);
        say({ is: 'assigned', partitions: partitions.map(({ partition }) => partition) });
      },
    }),
  commit: async (offsets) => {
    try {
      await kafka.commit(offsets);
      say({ is: 'committed', offset: String(offsets[0]?.offset) });
    } catch (error) {
      say({ is: 'refused', offset: String(offsets[0]?.offset), message: String(error) });
      throw error;
    }
  },
};

const runner = createRunner({
  consumer,
  process: async ({ offset, value }) => {
    say({ is: 'begun', offset: offset.toString() });
    if (Buffer.from(value ?? []).toString() === 'stuck') await new Promise(() => undefined);
    say({ is: 'done', offset: offset.toString() });
  },
  onFatal: fail,
  clock: systemClock,
  random: Math.random,
  log: SILENT,
  maxInFlight: 10,
  commitEveryMs: Number(commitEvery),
});

process.once('SIGTERM', () => {
  void runner.drain(5_000).then((left) => {
    say({ is: 'drained', left });
  });
});

await runner.start();
