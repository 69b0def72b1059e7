import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PAYERMAX_SHOP, WALLET_SHOP, YABANDPAY_SHOP } from '../../../dev/demo/shops.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { REJECTION_REASONS } from '../../../src/capture/rejection.js';
import type { OrderFulfilled } from '../../../src/capture/order.js';
import type { LogHeaders, LogMessage } from '../../../src/ports/log.js';
import { BAD_INPUT, benchOf, NOT_BY_A_MESSAGE, OUT_TRADE_NO } from '../../support/bad-input.js';
import { anOrder } from '../../support/contracts.js';
import { headerOf } from '../../support/headers.js';
import type { RawMessage } from '../../support/hostile-messages.js';
import { rawOrder, rawOrderWriter } from '../../support/hostile-messages.js';
import type { SandboxAdmin } from '../../support/sandbox-admin.js';
import type { OrderLine } from '../../support/order-line.js';
import { openOrderLine } from '../../support/order-line.js';
import type { TestScene } from '../../support/scene.js';
import { openTestScene } from '../../support/scene.js';
import { adminOf } from '../../support/shop-admin.js';

/** What the sandbox authorises there unless told otherwise. */
const PAYERMAX = {
  provider: 'payermax',
  account: PAYERMAX_SHOP.account,
  authorisedAmount: 10_000n,
  currency: 'SAR',
} as const;
const YABANDPAY = {
  provider: 'yabandpay',
  account: YABANDPAY_SHOP.account,
  authorisedAmount: 2_499n,
  currency: 'EUR',
} as const;

const bytes = (text: string): Buffer => Buffer.from(text);

it('each reason for a dead letter is in the table of bad input, or has a test of its own', () => {
  const inTable = new Set<string>(BAD_INPUT.map(({ reason }) => reason));
  for (const reason of REJECTION_REASONS)
    assert.equal(inTable.has(reason), NOT_BY_A_MESSAGE[reason] === undefined, reason);
});

describe('bad input among good orders', () => {
  let test: TestScene;
  let line: OrderLine;
  let admin: SandboxAdmin;
  let payermax: SandboxAdmin;

  before(async () => {
    test = await openTestScene({});
    line = await openOrderLine(test.scene);
    admin = adminOf(test.scene);
    payermax = adminOf(test.scene, 'payermax');
  });
  after(async () => {
    await line.close();
    await test.close();
  });

  /** An order for a payment of this name, authorised at the sandbox. */
  async function authorised(
    paymentId: string,
    change: Partial<OrderFulfilled> = {},
    expiresAt?: string,
  ): Promise<OrderFulfilled> {
    await admin.authorise({ paymentId, ...(expiresAt !== undefined && { expiresAt }) });
    return anOrder({
      paymentId,
      orderId: `order-of-${paymentId}`,
      account: WALLET_SHOP.account,
      authorisedAt: new Date(),
      ...change,
    });
  }

  /** An order for a payment that PayerMax holds under an outTradeNo. */
  async function authorisedAtPayermax(paymentId: string, outTradeNo: string): Promise<OrderFulfilled> {
    await payermax.authorise({ paymentId, reference: outTradeNo });
    return anOrder({ ...PAYERMAX, paymentId, references: new Map([['outTradeNo', outTradeNo]]) });
  }

  function messageOf(order: OrderFulfilled): RawMessage {
    const value = rawOrderWriter(line.contracts['order.fulfilled'])(rawOrder(order));
    return { key: bytes(order.paymentId), value, headers: [] };
  }

  /** Runs a worker until all that is on the topic is done. */
  async function work(): Promise<void> {
    const worker = await test.scene.startWorker();
    await watchUntil(test.scene, test.pool, test.quiet);
    assert.deepEqual(await line.committed(), await line.ends(), await worker.recentOutput());
    await worker.stop();
    assert.equal(await worker.ended, 'exit code 0', await worker.recentOutput());
  }

  async function states(): Promise<Record<string, string>> {
    const { rows } = await test.pool.query<{ payment_id: string; state: string }>(
      "select payment_id, state || coalesce('/' || failure_category, '') as state from captures",
    );
    return Object.fromEntries(rows.map(({ payment_id, state }) => [payment_id, state]));
  }

  /** Whose `what` header is that text. */
  function letterFor(letters: readonly LogMessage[], what: string): LogMessage {
    const [letter, another] = letters.filter(({ headers }) => headerOf(headers, 'what') === what);
    assert.ok(letter !== undefined && another === undefined, `one dead letter for ${what}`);
    return letter;
  }

  it('becomes dead letters, each with its reason and byte for byte, and holds up no order', async () => {
    const captured = await authorised('captured', { captureAmount: 75_000n });
    const paidByPayermax = await authorisedAtPayermax('captured too', OUT_TRADE_NO);
    const bench = benchOf(line.contracts, {
      order: await authorised('never captured'),
      again: captured,
      yabandpay: anOrder({ ...YABANDPAY, paymentId: 'never captured' }),
      payermax: await authorisedAtPayermax('never captured', 'never_captured'),
      payermaxAgain: paidByPayermax,
    });
    const key = bytes('captured');
    const messages: RawMessage[] = [messageOf(captured), { ...messageOf(paidByPayermax), key }];
    const expected: Record<string, string> = {
      captured: 'succeeded',
      'captured too': 'succeeded',
      expired: 'failed/expired',
    };
    for (const [index, { what, value }] of BAD_INPUT.entries()) {
      // Behind the order that some of them contradict, on the same partition.
      messages.push({ key, value: value(bench), headers: headersFor(what) });
      const paymentId = `good-${String(index)}`;
      messages.push(messageOf(await authorised(paymentId)));
      expected[paymentId] = 'succeeded';
    }
    // Whose capture the wallet refuses, and nobody else.
    const lapsed = await authorised(
      'expired',
      { authorisedAt: new Date('2024-01-01') },
      '2024-01-08T00:00:00+00:00',
    );
    messages.push(messageOf(lapsed));
    await line.put(messages);

    await work();
    const letters = await line.deadLetters();
    for (const { what, reason, value } of BAD_INPUT) {
      const letter = letterFor(letters, what);
      assert.equal(headerOf(letter.headers, 'dlq_reason'), reason, what);
      assert.deepEqual([letter.key, letter.value], [key, value(bench)], what);
      assert.deepEqual(
        byName(letter.headers.filter(([name]) => !name.startsWith('dlq_'))),
        byName(headersFor(what)),
      );
      for (const name of ['dlq_field', 'dlq_problem', 'dlq_remedy'])
        assert.ok(headerOf(letter.headers, name) !== '', `${what}: ${name}`);
    }
    assert.equal(letters.length, BAD_INPUT.length, 'nothing else became a dead letter');
    assert.deepEqual(await states(), expected);
    assert.equal((await admin.entry('captured')).capturedAmount, '75000');
    assert.equal((await admin.entry('never captured')).capturedAmount, '0');
    assert.equal((await admin.summary()).doubleCaptures, 0);
    assert.equal((await payermax.entry('captured too')).capturedAmount, '10000');
    assert.equal((await payermax.entry('never captured')).capturedAmount, '0');
  });

  it('is known for a contradiction under whatever name the account has, and in whatever letters the provider takes for the same', async () => {
    const before = (await line.deadLetters()).length;
    const accounts = join(test.scene.folder, 'accounts.yaml');
    const text = await readFile(accounts, 'utf8');
    const renamed = text.replace(`${WALLET_SHOP.account}:`, 'renamed-shop:');
    assert.notEqual(renamed, text);
    await writeFile(accounts, renamed);

    const order = anOrder({ paymentId: 'captured', orderId: 'order-of-captured', captureAmount: 75_000n });
    const account = 'renamed-shop';
    const what = (message: RawMessage, name: string): RawMessage => ({
      ...message,
      headers: headersFor(name),
    });
    const repeated = anOrder({
      ...PAYERMAX,
      paymentId: 'captured too',
      references: new Map([['outTradeNo', OUT_TRADE_NO.toUpperCase()]]),
    });
    const sentBefore = await admin.summary();
    await line.put([
      messageOf({ ...order, account }),
      what(messageOf({ ...order, account, captureAmount: 75_001n }), 'other amount'),
      what(messageOf({ ...order, account, orderId: 'other' }), 'other order'),
      what(messageOf({ ...order, account: WALLET_SHOP.account }), 'the name of before'),
      // PayerMax doesn't tell letters apart, so this is the payment that was captured; what asks for another amount was in the table.
      messageOf(repeated),
      // The wallet tells letters apart: this is another payment.
      messageOf(await authorised('CAPTURED', { account })),
    ]);
    await work();
    const letters = (await line.deadLetters()).slice(before);
    assert.deepEqual(
      ['other amount', 'other order', 'the name of before'].map((name) => {
        const { headers } = letterFor(letters, name);
        return [headerOf(headers, 'dlq_reason'), headerOf(headers, 'dlq_field')];
      }),
      [
        ['contradicts_claim', 'captureAmount'],
        ['contradicts_claim', 'orderId'],
        ['account_unknown', 'account'],
      ],
    );
    assert.equal(letters.length, 3);
    assert.equal((await admin.entry('captured')).capturedAmount, '75000');
    assert.equal((await admin.entry('CAPTURED')).capturedAmount, '150000');
    const summary = await admin.summary();
    assert.equal(summary.doubleCaptures, 0);
    assert.equal((await payermax.entry('captured too')).capturedAmount, '10000');
    assert.equal((await payermax.summary()).doubleCaptures, 0);
    assert.equal(
      callsToCapture(summary.calls) - callsToCapture(sentBefore.calls),
      1,
      'nothing was sent for the repeats',
    );
  });
});

function headersFor(what: string): LogHeaders {
  return [
    ['what', bytes(what)],
    ['many', bytes('1')],
    ['many', bytes('2')],
    ['bytes', Buffer.from([0, 255, 254])],
    ['empty', Buffer.alloc(0)],
    ['__proto__', bytes('x')],
  ];
}

/** The order among names is not kept. */
function byName(headers: LogHeaders): [string, Buffer][] {
  return headers
    .map(([name, value]): [string, Buffer] => [name, Buffer.from(value)])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function callsToCapture(calls: Readonly<Record<string, Readonly<Record<string, number>>>>): number {
  return Object.entries(calls)
    .filter(([endpoint]) => endpoint.endsWith('capture'))
    .flatMap(([, answers]) => Object.values(answers))
    .reduce((sum, count) => sum + count, 0);
}
