import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { after, before, describe, it } from 'node:test';
import { seeded } from '../../../dev/demo/orders.js';
import type { CaptureTopics } from '../../support/capture-topics.js';
import { interleaved, openCaptureTopics, randomHistories, randomSeed } from '../../support/capture-topics.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import type { ExampleProcess } from '../../support/example-process.js';
import { startExample } from '../../support/example-process.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';
import type { MessageGateway, Trouble } from '../../support/message-gateway.js';
import { breachesOf, startMessageGateway } from '../../support/message-gateway.js';

const SEED = randomSeed();
const CAPTURES = 150;
/** How long a payment is open before its customer is told, in these tests. */
const PENDING_AFTER_MS = 1_000;

describe('messages to customers', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let topics: CaptureTopics;
  let group: string;
  let gateway: MessageGateway;
  let trouble: () => Trouble | null;

  before(async () => {
    kafka = await openTestKafka();
    database = await createTestDatabase({ migrated: false });
    topics = await openCaptureTopics(kafka);
    group = kafka.group();
    // A Kafka that has just been started may still be loading what it knows of groups.
    await eventually('the group has its coordinator', () =>
      topics.lag(group).then(
        () => true,
        () => false,
      ),
    );
    gateway = await startMessageGateway(() => trouble());
  });
  after(async () => {
    gateway.close();
    await topics.close();
    await kafka.close();
    await database.drop();
  });

  const start = (t: TestContext, { timeoutSeconds = 1 } = {}): ExampleProcess =>
    startExample(t, 'customer-messages', {
      ...process.env,
      DATABASE_URL: database.url,
      TOPIC_PREFIX: topics.prefix,
      GROUP_ID: group,
      MESSAGE_GATEWAY_URL: gateway.url,
      PENDING_AFTER_SECONDS: String(PENDING_AFTER_MS / 1_000),
      FAILED_AFTER_SECONDS: '0',
      DELIVERY_TIMEOUT_SECONDS: String(timeoutSeconds),
      RETRY_AFTER_SECONDS: String(timeoutSeconds + 0.1),
    });
  async function stopped(instance: ExampleProcess): Promise<void> {
    instance.signal('SIGTERM');
    assert.equal(await instance.ended, 0, instance.out());
  }
  async function isAllTold(): Promise<boolean> {
    if ((await topics.lag(group)) > 0n) return false;
    const { rowCount } = await database.pool.query(
      'select from customer_messages.captures where due_at is not null limit 1',
    );
    return rowCount === 0;
  }
  const allTold = (): Promise<void> =>
    eventually(`all is read and told (random seed ${SEED})`, isAllTold, 120_000);
  async function sentIds(): Promise<string[]> {
    const { rows } = await database.pool.query<{ message_id: string }>(
      'select message_id from customer_messages.sent',
    );
    return rows.map(({ message_id }) => message_id).sort();
  }

  it('are those that the events allow, each once, though an instance is killed and the gateway fails', async (t) => {
    const random = seeded(`${SEED}:trouble`);
    let hangs = 2;
    trouble = () => {
      const draw = random();
      if (draw < 0.05) return 'refuse';
      if (draw < 0.1) return 'break';
      if (draw < 0.2) return 'lose';
      return draw < 0.22 && hangs-- > 0 ? 'hang' : null;
    };
    const histories = randomHistories(SEED, CAPTURES);
    const events = interleaved(histories, SEED);
    const third = Math.ceil(events.length / 3);
    await topics.write(events.slice(0, third));
    const [one, other] = [start(t), start(t)];
    await Promise.all([one.said('"subscribed"'), other.said('"subscribed"')]);
    // It dies with much to read and to send.
    const before = gateway.arrivals.length;
    await topics.write(events.slice(third, 2 * third));
    await eventually('messages arrive', () => gateway.arrivals.length > before);
    one.signal('SIGKILL');
    assert.equal(await one.ended, 'SIGKILL');
    const again = start(t);
    await topics.write(events.slice(2 * third));
    await allTold();
    await Promise.all([stopped(other), stopped(again)]);

    for (const { captureId, events: all, newest } of histories) {
      const got = gateway.arrivals.filter(({ body }) => body['captureId'] === captureId);
      const messages = got.map(({ key, body }) => ({
        messageId: key,
        kind: String(body['kind']),
        text: String(body['text']),
      }));
      const news = all.map((event) => ({
        outcome: event.type.replace('capture.', ''),
        payAgain: event.type === 'capture.failed' && event.newAuthorisationNeeded,
      }));
      assert.deepEqual(breachesOf(news, messages), [], `random seed ${SEED}`);
      for (const { body } of got) {
        const { orderId, amount, currency } = body;
        assert.deepEqual(
          [orderId, amount, currency],
          [newest.orderId, String(newest.amount), newest.currency],
        );
      }
    }
    assert.ok(
      gateway.arrivals.some(({ repeats }) => repeats > 0),
      'no answer was lost: the test has shown nothing',
    );
    assert.equal(gateway.changed(), 0);
    assert.deepEqual(await sentIds(), gateway.arrivals.map(({ key }) => key).sort());
  });

  it('are none when all events are read again from the start', async (t) => {
    const requests = gateway.requests();
    trouble = () => null;
    await kafka.admin.deleteGroups([group]);
    assert.ok((await topics.lag(group)) > BigInt(CAPTURES));
    const instance = start(t);
    await allTold();
    await stopped(instance);
    assert.equal(gateway.requests(), requests);
  });

  it('wait before they tell that a payment is open, and one that is being sent is sent to its end', async (t) => {
    let answer: () => void = () => undefined;
    const answerAfter = new Promise<void>((resolve) => {
      answer = resolve;
    });
    trouble = () => ({ answerAfter });
    const pending = (captureId: string) =>
      anEvent('capture.pending', { captureId, eventId: `${captureId}-1`, paymentId: captureId });
    const succeeded = anEvent('capture.succeeded', {
      captureId: 'decided',
      eventId: 'decided-2',
      sequence: 2,
    });
    const instance = start(t, { timeoutSeconds: 5 });
    await instance.said('"subscribed"');
    const writtenAt = new Date();
    await topics.write([pending('decided'), succeeded, pending('open')]);
    await eventually('that the payment is open is told', () => gateway.kindsFor('open').length > 0);
    assert.deepEqual(gateway.kindsFor('open'), ['pending']);
    const at = gateway.arrivals.find(({ key }) => key === 'open:1')?.at ?? writtenAt;
    assert.ok(at.getTime() >= writtenAt.getTime() + PENDING_AFTER_MS, 'not before the wait');
    assert.deepEqual(gateway.kindsFor('decided'), ['succeeded']);

    instance.signal('SIGTERM');
    // What it does first. But a delivery doesn't wait for its answer longer than five seconds.
    const latest = setTimeout(answer, 3_000);
    await eventually('it has left the group', async () => {
      const { groups } = await kafka.admin.describeGroups([group]);
      return groups[0]?.members.length === 0;
    });
    clearTimeout(latest);
    answer();
    assert.equal(await instance.ended, 0, instance.out());
    const ids = await sentIds();
    assert.ok(ids.includes('open:1') && ids.includes('decided:2'), ids.join());
  });
});
