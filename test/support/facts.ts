import type { Facts } from '../../prove/facts.js';
import { planOrders } from '../../prove/orders.js';

/** A run that went well: one order captured, one declined, one bad message. What a test breaks of it is given. */
export function soundFacts(changed: Partial<Facts> = {}): Facts {
  return { ...SOUND, ...changed };
}

const [order, declined] = planOrders(20, 'facts').orders;
if (order === undefined || declined === undefined) throw new Error('a plan of 20 has two orders');

/** The order that was captured, and the one that was declined. */
export const CAPTURED = order;
export const DECLINED = declined;
const amount = CAPTURED.captureAmount ?? CAPTURED.authorisedAmount;
export const AMOUNT = amount;

const truth = { byInquiry: 'captured', byRepeat: 'captured', tells: true };

const SOUND: Facts = {
  orders: [CAPTURED, DECLINED],
  poison: ['poison-1'],
  messages: [
    { partition: 0, offset: 0n, key: CAPTURED.paymentId },
    { partition: 0, offset: 1n, key: 'poison-1' },
    { partition: 1, offset: 0n, key: DECLINED.paymentId },
    { partition: 1, offset: 1n, key: DECLINED.paymentId },
  ],
  committed: new Map([
    [0, 2n],
    [1, 2n],
  ]),
  providers: {
    book: [
      { paymentId: CAPTURED.paymentId, currency: CAPTURED.currency, captured: amount },
      { paymentId: DECLINED.paymentId, currency: DECLINED.currency, captured: 0n },
    ],
    truth: [
      { paymentId: CAPTURED.paymentId, outcome: 'captured', ...truth },
      { paymentId: DECLINED.paymentId, outcome: 'not_captured', ...truth },
    ],
    doubleCaptures: 0,
    calls: { all: 2, troubled: 0 },
  },
  rows: [
    { ...rowOf(CAPTURED, 'c-1'), amount, state: 'succeeded', sequence: 2 },
    { ...rowOf(DECLINED, 'c-2'), amount: 1n, state: 'failed', sequence: 1 },
  ],
  outbox: [
    { eventId: 'e-1', captureId: 'c-1', sequence: 1, type: 'capture.pending', payload: Buffer.from('one') },
    { eventId: 'e-2', captureId: 'c-1', sequence: 2, type: 'capture.succeeded', payload: Buffer.from('two') },
    { eventId: 'e-3', captureId: 'c-2', sequence: 1, type: 'capture.failed', payload: Buffer.from('three') },
  ],
  published: [
    { topic: 'p.capture.pending', eventId: 'e-1', value: Buffer.from('one') },
    { topic: 'p.capture.succeeded', eventId: 'e-2', value: Buffer.from('two') },
    { topic: 'p.capture.succeeded', eventId: 'e-2', value: Buffer.from('two') },
    { topic: 'p.capture.failed', eventId: 'e-3', value: Buffer.from('three') },
  ],
  deadLetters: [{ key: 'poison-1', partition: 0, offset: 1n }],
  strayDeadLetters: [],
  ledger: [posting('provider_receivable', amount), posting('sales', -amount)],
  hasLostSpan: false,
  leftovers: { sending: [], due: [], lockHolders: [], queued: 0 },
  recovery: { ms: 7_000, limitMs: 15_000 },
  processTroubles: [],
};

function rowOf({ shop: { provider }, orderId, paymentId, currency }: typeof CAPTURED, captureId: string) {
  return { provider, captureId, orderId, paymentId, currency, review: null };
}

function posting(account: string, signed: bigint) {
  return { entryId: 'entry-1', captureId: 'c-1', account, currency: CAPTURED.currency, amount: signed };
}
