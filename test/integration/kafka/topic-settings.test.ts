import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { topicNames } from '../../../src/kafka/topics.js';
import { warnOfTopics } from '../../../src/kafka/warn-of-topics.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';

interface Line {
  readonly level: number;
  readonly msg: string;
}

const DEBUG = 20;
const WARN = 40;

describe('the settings of topics that exist', () => {
  let kafka: TestKafka;
  const prefix = `settings-${randomBytes(6).toString('hex')}.`;
  const names = topicNames(prefix);
  const topics = [names['order.fulfilled'], names['order.fulfilled.dlq']];

  before(async () => {
    kafka = await openTestKafka();
    const [orders = '', deadLetters = ''] = topics;
    const entry = (name: string, value: string): { name: string; value: string } => ({ name, value });
    await kafka.admin.createTopics({
      waitForLeaders: true,
      topics: [
        { topic: orders, configEntries: [entry('cleanup.policy', 'compact'), entry('retention.ms', '-1')] },
        {
          topic: deadLetters,
          configEntries: [entry('max.message.bytes', '1000'), entry('retention.ms', '-1')],
        },
      ],
    });
  });
  after(async () => {
    await kafka.deleteTopics(topics);
    await kafka.close();
  });

  async function linesOf(change: { brokers?: string[]; stop?: AbortSignal } = {}): Promise<Line[]> {
    const lines: Line[] = [];
    const log = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line) as Line) });
    const { brokers = kafka.client.brokers, stop = new AbortController().signal } = change;
    await warnOfTopics({ client: { ...kafka.client, brokers }, prefix, log, stop });
    return lines;
  }

  it('are told in a line each where they can lose messages, and topics that do not exist are none', async () => {
    const lines = await linesOf();
    assert.deepEqual(
      lines.map(({ level, msg }) => [level, msg]),
      [
        `topic ${names['order.fulfilled']}: cleanup.policy is compact, not delete: orders of one payment vanish, all but the last`,
        `topic ${names['order.fulfilled.dlq']}: max.message.bytes is 1000, less than the 1048588 of ${names['order.fulfilled']}: ` +
          "dead letters go without what doesn't fit",
      ].map((text) => [WARN, `${text}; see docs/configuration.md, "Topics"`]),
    );
  });

  it('are no reason for more than a line at level debug where they can not be read', async () => {
    const lines = await linesOf({ brokers: ['127.0.0.1:1'] });
    assert.deepEqual(
      lines.map(({ level }) => level),
      [DEBUG],
    );
    assert.match(lines[0]?.msg ?? '', /^the settings of the topics can't be read: /);
  });

  it('are not waited for by a worker that stops', async () => {
    const stop = new AbortController();
    const begun = performance.now();
    const reading = linesOf({ brokers: ['192.0.2.1:9092'], stop: stop.signal });
    stop.abort();
    assert.deepEqual(
      (await reading).filter(({ level }) => level > DEBUG),
      [],
    );
    assert.ok(performance.now() - begun < 4_000);
  });
});
