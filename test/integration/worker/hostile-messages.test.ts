import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WALLET_SHOP } from '../../../dev/demo/shops.js';
import fc from 'fast-check';
import { watchUntil } from '../../../dev/demo/watch.js';
import type { OrderFulfilled } from '../../../src/capture/order.js';
import type { LogMessage } from '../../../src/ports/log.js';
import { anOrder } from '../../support/contracts.js';
import { headerOf } from '../../support/headers.js';
import type { HostileMessage } from '../../support/hostile-messages.js';
import { hostileMessages, rawOrder, rawOrderWriter } from '../../support/hostile-messages.js';
import type { OrderLine } from '../../support/order-line.js';
import { openOrderLine } from '../../support/order-line.js';
import type { TestScene } from '../../support/scene.js';
import { openTestScene } from '../../support/scene.js';
import { adminOf } from '../../support/shop-admin.js';

const MESSAGES = 600;
/** So that a run that fails can be run again. */
const SEED = 20_260_301;

interface Row {
  readonly payment_id: string;
  readonly state: string;
  readonly source_partition: number;
  readonly source_offset: string;
}

describe('hundreds of hostile messages', () => {
  let test: TestScene;
  let line: OrderLine;

  before(async () => {
    test = await openTestScene({});
    line = await openOrderLine(test.scene);
  });
  after(async () => {
    await line.close();
    await test.close();
  });

  function good(paymentId: string): OrderFulfilled {
    return anOrder({ paymentId, orderId: `order-of-${paymentId}`, account: WALLET_SHOP.account });
  }

  /** Orders of payments that the wallet holds, at the ends of what times and amounts can be. */
  function extremes(): HostileMessage[] {
    const write = rawOrderWriter(line.contracts['order.fulfilled']);
    const changes: Partial<OrderFulfilled>[] = [
      { authorisedAt: new Date(0) },
      { authorisedAt: new Date('9999-12-01T00:00:00.000Z') },
      { fulfilledAt: new Date(8.64e15) },
      { fulfilledAt: new Date(-8.64e15) },
      { authorisedAmount: 2n ** 63n - 1n, captureAmount: 1n },
      { orderId: '🧾'.repeat(128), description: '订'.repeat(1_024) },
    ];
    return changes.map((change, index) => {
      const mustCapture = `extreme-${String(index)}`;
      const value = write(rawOrder({ ...good(mustCapture), ...change }));
      return { key: null, value, headers: [], mustCapture };
    });
  }

  /** What keeps kafkajs as it is busy for longer than a session in the group lasts. */
  function heavy(): HostileMessage[] {
    const headers = Array.from({ length: 20_000 }, (_, index): [string, Buffer] => [
      String(index),
      Buffer.alloc(0),
    ]);
    return [
      { key: Buffer.alloc(600_000, 'k'), value: Buffer.from('heavy'), headers: [], mustCapture: null },
      { key: null, value: Buffer.from('many headers'), headers, mustCapture: null },
    ];
  }

  function sampled(): HostileMessage[] {
    const contract = line.contracts['order.fulfilled'];
    const strangers = [line.contracts['capture.failed'].schemaId];
    const lengths = { minLength: MESSAGES, maxLength: MESSAGES };
    const [messages = []] = fc.sample(hostileMessages({ contract, strangers, good }, lengths), {
      numRuns: 1,
      seed: SEED,
    });
    return messages;
  }

  it('end each in one capture, duplicate or dead letter, and none holds up the others', async () => {
    const messages = [...sampled(), ...heavy(), ...extremes()];
    assert.equal(messages.length, MESSAGES + 2 + 6);
    const wanted = messages.flatMap(({ mustCapture }) => (mustCapture === null ? [] : [mustCapture]));
    assert.ok(wanted.length > 20);
    const admin = adminOf(test.scene);
    for (const paymentId of wanted) await admin.authorise({ paymentId });
    await line.put(messages);

    const worker = await test.scene.startWorker();
    await watchUntil(test.scene, test.pool, test.quiet);
    assert.deepEqual(await line.committed(), await line.ends(), await worker.recentOutput());
    const counted = await messagesCounted(worker.url);
    await worker.stop();
    assert.equal(await worker.ended, 'exit code 0', await worker.recentOutput());

    const letters = await line.deadLetters();
    const { rows } = await test.pool.query<Row & Record<string, unknown>>(
      'select payment_id, state, source_partition, source_offset::text from captures',
    );
    const refused = letters.map(({ headers }) => placeIn(headers));
    const taken = rows.map((row) => `${String(row.source_partition)}/${row.source_offset}`);
    assert.equal(
      new Set([...refused, ...taken]).size,
      refused.length + taken.length,
      'no message has two ends',
    );
    const { claimed = 0, deferred = 0, duplicate = 0, dead_letter = 0 } = counted;
    assert.deepEqual([dead_letter, claimed + deferred], [letters.length, rows.length]);
    assert.equal(claimed + deferred + duplicate + dead_letter, messages.length, 'each message has an end');

    const states = new Map(rows.map(({ payment_id, state }) => [payment_id, state]));
    for (const paymentId of wanted) assert.equal(states.get(paymentId), 'succeeded', paymentId);
    assert.equal(wanted.length, rows.filter(({ state }) => state === 'succeeded').length);
    for (const letter of letters) assert.ok(isAmong(letter, messages), 'byte for byte');
    assert.equal((await admin.summary()).doubleCaptures, 0);
  });
});

function placeIn(headers: LogMessage['headers']): string {
  return `${headerOf(headers, 'dlq_partition')}/${headerOf(headers, 'dlq_offset')}`;
}

function isAmong({ key, value }: LogMessage, messages: readonly HostileMessage[]): boolean {
  return messages.some((message) => sameBytes(message.key, key) && sameBytes(message.value, value));
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

/** How many messages ended how, as the worker counts them. */
async function messagesCounted(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counted: Record<string, number> = {};
  for (const [, labels = '', value] of text.matchAll(/^capture_worker_messages_total\{([^}]*)\} (\d+)$/gm)) {
    const [, result = ''] = /result="([a-z_]+)"/.exec(labels) ?? [];
    counted[result] = (counted[result] ?? 0) + Number(value);
  }
  return counted;
}
