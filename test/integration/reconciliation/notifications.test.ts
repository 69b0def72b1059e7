import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import { captureIdOf } from '../../../src/capture/ids.js';
import { frame } from '../../../src/kafka/avro/wire-format.js';
import type { StoredNotification } from '../../../src/ports/notification.js';
import { systemClock } from '../../../src/system-clock.js';
import { aCapture, EPOCH, POLICY } from '../../support/captures.js';
import { counted, written } from '../../support/counts.js';
import { eventually } from '../../support/eventually.js';
import { headerOf } from '../../support/headers.js';
import { aNotification, TOLD_CAPTURED, topicFormOf } from '../../support/notifications.js';
import type { Bench } from '../../support/reconciliation.js';
import { openBench } from '../../support/reconciliation.js';
import {
  captureOfPayment,
  captures,
  claimOf,
  GAPS,
  MISSCHEDULED,
  numberOf,
  pieceOf,
} from '../../support/store.js';

const SUCCEEDED = { state: 'succeeded', pending_reason: null, review: null, sequence: 1 };
const DECLINED = { is: 'declined', category: 'funds' } as const;
const EARLIER = new Date(EPOCH.getTime() - 60_000);

/** How many callbacks come too early. */
const MANY = counted(500, 10_000);

/** In batches, as large as a worker's. */
async function inTurn(
  all: readonly Capture[],
  doing: (some: readonly Capture[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < all.length; from += 200) await doing(all.slice(from, from + 200));
}

/** Whose callback corrects an outcome at once. */
function atPayermax(name: string): Capture {
  const { merchantId } = aCapture();
  const captureId = captureIdOf({ provider: 'payermax', merchantId, captureReference: name });
  return captureOfPayment(name, { provider: 'payermax', captureId });
}

describe('a notification, from the table to the capture', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());

  /** A capture whose request is under way. */
  async function sending(name: string): Promise<Capture> {
    const capture = captureOfPayment(name);
    await bench.store.claim([claimOf(capture)]);
    return capture;
  }

  async function count(sql: string, capture: Pick<Capture, 'captureId'>): Promise<number> {
    return numberOf(bench.pool, `select count(*) from ${sql} where capture_id = $1`, [capture.captureId]);
  }

  const succeeded = (prefix: string): Promise<number> =>
    numberOf(
      bench.pool,
      `select count(*) from captures c join evidence e on e.capture_id = c.capture_id and e.kind = 'notification'
      where c.state = 'succeeded' and c.sequence = 1 and c.payment_id like $1`,
      [`${prefix}-%`],
    );

  it(`that came before its capture waits for it: ${written(MANY)} of ${written(MANY)}`, async () => {
    const all = captures('early', MANY);
    await inTurn(all, (some) => bench.keep(some.map((capture) => aNotification(TOLD_CAPTURED, capture))));
    await bench.ended('parked', MANY);
    assert.equal(await numberOf(bench.pool, 'select count(*) from parked_notifications'), MANY);

    await inTurn(all, (some) => bench.store.claim(some.map((capture) => claimOf(capture))));
    await bench.ended('joined', MANY);
    assert.equal(await succeeded('early'), MANY);
    // They are taken off in another statement than they are joined in.
    const parked = 'select count(*) from parked_notifications';
    await eventually('none is parked', async () => (await numberOf(bench.pool, parked)) === 0);
    assert.equal(await numberOf(bench.pool, MISSCHEDULED), 0);
    assert.equal(await numberOf(bench.pool, GAPS), 0);
  });

  it(`that came before the answer settles its capture: ${written(MANY)} of ${written(MANY)}`, async () => {
    const all = captures('before-the-answer', MANY);
    await inTurn(all, (some) => bench.store.claim(some.map((capture) => claimOf(capture))));
    await inTurn(all, (some) => bench.keep(some.map((capture) => aNotification(TOLD_CAPTURED, capture))));
    await bench.ended('folded', MANY);
    await inTurn(all, (some) =>
      bench.store.record(
        some.map(({ captureId }) => ({ captureId, pieces: [pieceOf(captureId, { is: 'unknown' })] })),
      ),
    );
    assert.equal(await succeeded('before-the-answer'), MANY);
    assert.equal(await numberOf(bench.pool, MISSCHEDULED), 0);
    assert.equal(await numberOf(bench.pool, GAPS), 0);
  });

  it('that races with the claim of its capture meets it all the same', async () => {
    const all = captures('racing', 200);
    await Promise.all(
      all.flatMap((capture) => [
        bench.store.claim([claimOf(capture)]),
        bench.keep([aNotification(TOLD_CAPTURED, capture)]),
      ]),
    );
    await eventually('all have succeeded', async () => {
      const met =
        "select count(*) from captures where capture_reference like 'racing-%' and state = 'succeeded'";
      return (await numberOf(bench.pool, met)) === 200;
    });
    assert.equal(await numberOf(bench.pool, 'select count(*) from parked_notifications'), 0);
  });

  it('settles a capture before the answer to its request does, which changes nothing then', async () => {
    const capture = await sending('before-the-answer');
    await bench.keep([aNotification(TOLD_CAPTURED, capture)]);
    await bench.consumed('capture.notification');
    assert.deepEqual(await bench.standing(capture.captureId), SUCCEEDED);
    await bench.store.record([
      { captureId: capture.captureId, pieces: [pieceOf(capture.captureId, { is: 'unknown' })] },
    ]);
    assert.deepEqual(await bench.standing(capture.captureId), SUCCEEDED);
    assert.equal(await count('schedule', capture), 0);
  });

  it('is one piece of evidence and one event, however often it comes', async () => {
    const capture = await sending('repeated');
    const notification = aNotification(TOLD_CAPTURED, capture);
    await bench.keep([notification, notification]);
    await bench.consumed('capture.notification');
    const [message] = (await bench.read('capture.notification')).filter(
      ({ headers }) => headerOf(headers, 'ce_id') === notification.notificationId,
    );
    assert.ok(message !== undefined);
    assert.equal(String(message.key), 'repeated');
    assert.equal(headerOf(message.headers, 'ce_subject'), capture.captureId);
    const again = { key: 'repeated', value: Buffer.from(message.value ?? []) };
    await bench.kafka.append(bench.topics['capture.notification'], [again, again]);
    await bench.consumed('capture.notification');
    assert.deepEqual(await bench.standing(capture.captureId), SUCCEEDED);
    assert.equal(await count('evidence', capture), 1);
    assert.equal(await count('outbox', capture), 1);
  });

  it('counts by the provider’s time, not by arrival', async () => {
    const [inOrder, reordered] = [atPayermax('in-order'), atPayermax('reordered')];
    await bench.store.claim([claimOf(inOrder), claimOf(reordered)]);
    const early = (capture: Capture): StoredNotification => aNotification(DECLINED, capture, { at: EARLIER });
    const late = (capture: Capture): StoredNotification => aNotification(TOLD_CAPTURED, capture);
    await bench.keep([early(inOrder), late(reordered)]);
    await bench.consumed('capture.notification');
    await bench.keep([late(inOrder), early(reordered)]);
    await bench.consumed('capture.notification');
    const { state } = await bench.standing(inOrder.captureId);
    assert.equal(state, 'succeeded');
    assert.deepEqual(await bench.standing(reordered.captureId), SUCCEEDED);
    // The one was corrected on the way, the other never was anything else.
    assert.deepEqual([await count('outbox', inOrder), await count('outbox', reordered)], [2, 1]);
  });

  it('of another amount makes nothing succeed: a person looks', async () => {
    const capture = await sending('another-amount');
    const money = { amount: 149_999n, currency: 'IQD' };
    await bench.keep([aNotification({ ...TOLD_CAPTURED, money }, capture)]);
    await bench.consumed('capture.notification');
    assert.deepEqual(await bench.standing(capture.captureId), {
      state: 'pending',
      pending_reason: 'integrity_mismatch',
      review: 'integrity_mismatch',
      sequence: 1,
    });
  });

  it('that could decide nothing is not kept for a capture that does not exist', async () => {
    const nobody = captureOfPayment('nobody');
    await bench.keep([
      aNotification({ is: 'hint' }, nobody),
      aNotification({ is: 'in_process' }, nobody),
      aNotification({ is: 'closed', category: 'expired' }, nobody),
    ]);
    await bench.ended('passed', 3);
    assert.equal(await count('parked_notifications', nobody), 0);
    await bench.keep([aNotification(DECLINED, nobody)]);
    await bench.consumed('capture.notification');
    assert.equal(await count('parked_notifications', nobody), 1);
    await bench.pool.query('delete from parked_notifications');
  });

  it('that nobody can read is a dead letter, and so is an event; those behind them go on', async () => {
    const { schemaId } = bench.contracts['capture.notification'];
    const garbage = frame({ schemaId, payload: Buffer.from('x') });
    const capture = await sending('behind');
    await bench.kafka.append(bench.topics['capture.notification'], [{ key: 'behind', value: garbage }]);
    await bench.kafka.append(bench.topics['capture.pending'], [{ key: 'behind', value: 'x' }]);
    await bench.keep([aNotification(TOLD_CAPTURED, capture)]);
    await bench.consumed('capture.notification');
    await bench.consumed('capture.pending');
    assert.deepEqual(await bench.standing(capture.captureId), SUCCEEDED);
    const reasons = async (topic: 'capture.notification.dlq' | 'capture.pending.dlq'): Promise<string[]> =>
      (await bench.read(topic)).map(({ headers }) => headerOf(headers, 'dlq_reason'));
    assert.deepEqual(await reasons('capture.notification.dlq'), ['undecodable']);
    assert.deepEqual(await reasons('capture.pending.dlq'), ['not_avro_framed']);
  });

  it('whose texts the database refuses is a dead letter', async () => {
    const value = bench.contracts['capture.notification'].type.toBuffer({
      ...topicFormOf(aNotification(DECLINED, captureOfPayment('nul'))),
      providerMessage: 'a NUL: \u0000',
    });
    const { schemaId } = bench.contracts['capture.notification'];
    await bench.kafka.append(bench.topics['capture.notification'], [
      { key: 'nul', value: frame({ schemaId, payload: value }) },
    ]);
    await bench.consumed('capture.notification');
    const letters = await bench.read('capture.notification.dlq');
    assert.ok(letters.some(({ headers }) => headerOf(headers, 'dlq_reason') === 'refused_by_store'));
  });
});

describe('a notification of a database that was restored', () => {
  it('comes back from the topic and waits for its capture', async () => {
    const bench = await openBench();
    try {
      const capture = captureOfPayment('restored');
      const notification = aNotification(DECLINED, capture);
      const { schemaId, type } = bench.contracts['capture.notification'];
      const value = frame({ schemaId, payload: type.toBuffer(topicFormOf(notification)) });
      await bench.kafka.append(bench.topics['capture.notification'], [{ key: 'restored', value }]);
      await bench.ended('parked', 1);
      await bench.store.claim([claimOf(capture)]);
      await bench.ended('joined', 1);
      const { state } = await bench.standing(capture.captureId);
      assert.equal(state, 'failed');
    } finally {
      await bench.close();
    }
  });
});

describe('a notification that this process has stored', () => {
  it('is published at once: nobody waits for the next look at the queue', async () => {
    // No wait of a second or more ends by itself, and so no look at the queue is due.
    const bench = await openBench(POLICY, {
      ...systemClock,
      sleep: (ms, signal) =>
        ms < 1_000 || signal === undefined ? systemClock.sleep(ms, signal) : aborted(signal),
    });
    try {
      // The first may be found by the look at the start.
      for (const name of ['first', 'second', 'third']) {
        await bench.keep([aNotification(DECLINED, captureOfPayment(name))]);
        await eventually(
          `the ${name} is published`,
          async () => (await numberOf(bench.pool, 'select count(*) from notification_queue')) === 0,
        );
      }
    } finally {
      await bench.close();
    }
  });
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
