import type { OrderFulfilled } from '../../src/capture/order.js';
import type { RejectionReason } from '../../src/capture/rejection.js';
import { frame } from '../../src/kafka/avro/wire-format.js';
import type { RegisteredContracts } from '../../src/kafka/schema-registry.js';
import type { RawOrder } from './hostile-messages.js';
import { rawOrder, rawOrderWriter } from './hostile-messages.js';

/** One way in which a producer gets a message wrong. */
export interface BadInput {
  readonly what: string;
  /** Why it is a dead letter. */
  readonly reason: RejectionReason;
  readonly value: (bench: Bench) => Buffer | null;
}

/** What bad messages are made with: the values of good orders, but for what is changed. */
export interface Bench {
  readonly contracts: RegisteredContracts;
  /** Of the wallet, and not captured yet. */
  readonly order: Write;
  /** Of the wallet, for a payment that is captured already. */
  readonly again: Write;
  readonly yabandpay: Write;
  readonly payermax: Write;
  /** Of PayerMax, for a payment that is captured already; its outTradeNo has letters. */
  readonly payermaxAgain: Write;
}
type Write = (change?: Partial<RawOrder>) => Buffer;

export function benchOf(
  contracts: RegisteredContracts,
  orders: Readonly<Record<Exclude<keyof Bench, 'contracts'>, OrderFulfilled>>,
): Bench {
  const write = rawOrderWriter(contracts['order.fulfilled']);
  const from =
    (order: OrderFulfilled): Write =>
    (change = {}) =>
      write({ ...rawOrder(order), ...change });
  return {
    contracts,
    order: from(orders.order),
    again: from(orders.again),
    yabandpay: from(orders.yabandpay),
    payermax: from(orders.payermax),
    payermaxAgain: from(orders.payermaxAgain),
  };
}

/** PayerMax takes these two for the same. */
export const OUT_TRADE_NO = 'order_Ab1';
const CAPITALS = OUT_TRADE_NO.toUpperCase();

/** One of each kind, and of those that come in several forms, several. */
export const BAD_INPUT: readonly BadInput[] = [
  { what: 'no value', reason: 'null_value', value: () => null },
  { what: 'an empty value', reason: 'not_avro_framed', value: () => Buffer.alloc(0) },
  { what: 'JSON', reason: 'not_avro_framed', value: () => Buffer.from('{"orderId":"as JSON"}') },
  { what: 'half a frame', reason: 'not_avro_framed', value: ({ order }) => order().subarray(0, 4) },
  {
    what: 'another magic byte',
    reason: 'not_avro_framed',
    value: ({ order }) => changed(order(), (value) => value.writeUInt8(1, 0)),
  },

  {
    what: 'a schema id that nobody gave out',
    reason: 'unknown_schema',
    value: ({ order }) => withSchema(order(), 2_000_000_000),
  },
  { what: 'schema id 0', reason: 'unknown_schema', value: ({ order }) => withSchema(order(), 0) },
  { what: 'a negative schema id', reason: 'unknown_schema', value: ({ order }) => withSchema(order(), -7) },

  {
    what: 'the schema of another topic',
    reason: 'undecodable',
    value: ({ order, contracts }) => withSchema(order(), contracts['capture.failed'].schemaId),
  },
  { what: 'a value that is cut short', reason: 'undecodable', value: ({ order }) => order().subarray(0, -3) },
  {
    what: 'bytes after the end',
    reason: 'undecodable',
    value: ({ order }) => Buffer.concat([order(), Buffer.from([0])]),
  },
  {
    what: 'a text that says that it is enormous',
    reason: 'undecodable',
    value: ({
      contracts: {
        'order.fulfilled': { schemaId },
      },
    }) => frame({ schemaId, payload: Buffer.from('feffffffffffffffff01', 'hex') }),
  },
  {
    what: 'half a surrogate pair, as bytes',
    reason: 'undecodable',
    value: ({ order }) => withBytes(order({ orderId: 'abc' }), 'abc', Buffer.from([0xed, 0xa0, 0x80])),
  },
  {
    what: 'a text that is Latin-1',
    reason: 'undecodable',
    value: ({ order }) => withBytes(order({ orderId: 'abc' }), 'abc', Buffer.from('für', 'latin1')),
  },
  {
    what: 'a time beyond all dates',
    reason: 'undecodable',
    value: ({ order }) => order({ fulfilledAt: 2n ** 63n - 1n }),
  },

  ...(['eventId', 'orderId', 'paymentId', 'provider', 'account', 'currency'] as const).map(
    (field): BadInput => ({
      what: `an empty ${field}`,
      reason: 'text_missing',
      value: ({ order }) => order({ [field]: '' }),
    }),
  ),

  {
    what: 'an orderId of 257 characters',
    reason: 'text_too_long',
    value: ({ order }) => order({ orderId: 'x'.repeat(257) }),
  },
  {
    what: 'an eventId of 100 kB',
    reason: 'text_too_long',
    value: ({ order }) => order({ eventId: 'x'.repeat(100_000) }),
  },
  {
    what: 'a paymentId longer than the wallet takes',
    reason: 'text_too_long',
    value: ({ order }) => order({ paymentId: 'x'.repeat(65) }),
  },
  {
    what: 'a description of 1025 characters',
    reason: 'text_too_long',
    value: ({ order }) => order({ description: 'x'.repeat(1_025) }),
  },
  {
    what: 'a reference of 257 characters',
    reason: 'text_too_long',
    value: ({ order }) => order({ references: { a: 'x'.repeat(257) } }),
  },

  ...(
    [
      'eventId',
      'orderId',
      'paymentId',
      'provider',
      'account',
      'currency',
      'captureCurrency',
      'description',
    ] as const
  ).map((field): BadInput => ({
    what: `a NUL in ${field}`,
    reason: 'text_unprintable',
    value: ({ order }) => order({ [field]: 'a\0b' }),
  })),
  {
    what: 'a NUL in a reference',
    reason: 'text_unprintable',
    value: ({ order }) => order({ references: { a: '\0' } }),
  },
  {
    what: "a NUL in a reference's name",
    reason: 'text_unprintable',
    value: ({ order }) => order({ references: { '\0': 'a' } }),
  },

  {
    what: 'a provider that there is not',
    reason: 'provider_unknown',
    value: ({ order }) => order({ provider: 'stripe' }),
  },
  {
    what: 'a provider in other letters',
    reason: 'provider_unknown',
    value: ({ order }) => order({ provider: 'Wallet' }),
  },
  {
    what: "another provider than the account's",
    reason: 'provider_unknown',
    value: ({ order }) => order({ provider: 'payermax' }),
  },
  {
    what: 'an account that there is not',
    reason: 'account_unknown',
    value: ({ order }) => order({ account: 'nobody' }),
  },
  {
    what: 'an account that every object has',
    reason: 'account_unknown',
    value: ({ order }) => order({ account: '__proto__' }),
  },

  {
    what: 'a capture of nothing',
    reason: 'amount_not_positive',
    value: ({ order }) => order({ captureAmount: 0n }),
  },
  {
    what: 'a negative capture',
    reason: 'amount_not_positive',
    value: ({ order }) => order({ captureAmount: -1n }),
  },
  {
    what: 'an authorisation of nothing',
    reason: 'amount_not_positive',
    value: ({ order }) => order({ authorisedAmount: 0n }),
  },
  {
    what: 'the most negative amount',
    reason: 'amount_not_positive',
    value: ({ order }) => order({ authorisedAmount: -(2n ** 63n) }),
  },
  {
    what: 'more than was authorised',
    reason: 'amount_above_authorised',
    value: ({ order }) => order({ authorisedAmount: 5n, captureAmount: 6n }),
  },
  {
    what: 'more digits than the wallet takes',
    reason: 'amount_not_representable',
    value: ({ order }) => order({ authorisedAmount: 10n ** 16n, captureAmount: null }),
  },

  {
    what: 'a currency in small letters',
    reason: 'currency_unknown',
    value: ({ order }) => order({ currency: 'iqd' }),
  },
  {
    what: 'a currency that there is not',
    reason: 'currency_unknown',
    value: ({ order }) => order({ currency: 'XXX' }),
  },
  {
    what: 'a capture in another currency',
    reason: 'currency_mismatch',
    value: ({ order }) => order({ captureCurrency: 'EUR' }),
  },

  {
    what: 'a time in microseconds',
    reason: 'time_out_of_range',
    value: ({ order }) => order({ authorisedAt: 1_772_366_400_000_000n }),
  },
  {
    what: 'the last date that there is',
    reason: 'time_out_of_range',
    value: ({ order }) => order({ authorisedAt: 8_640_000_000_000_000n }),
  },
  {
    what: 'a time before 1970',
    reason: 'time_out_of_range',
    value: ({ order }) => order({ authorisedAt: -1n }),
  },

  {
    what: '33 references',
    reason: 'references_too_many',
    value: ({ order }) =>
      order({
        references: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`r${String(index)}`, 'x'])),
      }),
  },

  {
    what: 'a captured payment for another order',
    reason: 'contradicts_claim',
    value: ({ again }) => again({ orderId: 'another order' }),
  },
  {
    what: 'a captured payment with another amount',
    reason: 'contradicts_claim',
    value: ({ again }) => again({ captureAmount: 1n }),
  },
  {
    what: 'a captured payment in another currency',
    reason: 'contradicts_claim',
    value: ({ again }) => again({ currency: 'KWD' }),
  },

  {
    what: 'more decimals than PayerMax takes',
    reason: 'amount_not_representable',
    value: ({ payermax }) => payermax({ currency: 'KWD', captureAmount: 1_001n }),
  },
  {
    what: 'no outTradeNo',
    reason: 'reference_missing',
    value: ({ payermax }) => payermax({ references: {} }),
  },
  {
    what: 'an empty outTradeNo',
    reason: 'reference_missing',
    value: ({ payermax }) => payermax({ references: { outTradeNo: '' } }),
  },
  {
    what: 'an outTradeNo in other letters than PayerMax takes',
    reason: 'reference_invalid',
    value: ({ payermax }) => payermax({ references: { outTradeNo: 'K\u212ar-1' } }),
  },
  {
    what: 'a paymentId that spoils the signature',
    reason: 'reference_invalid',
    value: ({ yabandpay }) => yabandpay({ paymentId: 'a&amount=1' }),
  },
  {
    what: 'a paymentId with a blank at its end',
    reason: 'reference_invalid',
    value: ({ order }) => order({ paymentId: 'pay-1 ' }),
  },
  {
    what: 'a paymentId with a line end, for PayerMax',
    reason: 'reference_invalid',
    value: ({ payermax }) => payermax({ paymentId: 'pay-1\n' }),
  },
  {
    what: 'a captured payment under another outTradeNo',
    reason: 'contradicts_claim',
    value: ({ payermaxAgain }) => payermaxAgain({ references: { outTradeNo: 'order_Ab2' } }),
  },
  {
    what: 'a captured outTradeNo for another payment',
    reason: 'contradicts_claim',
    value: ({ payermaxAgain }) => payermaxAgain({ paymentId: 'another payment' }),
  },
  {
    what: 'a captured outTradeNo in capitals, with another amount',
    reason: 'contradicts_claim',
    value: ({ payermaxAgain }) =>
      payermaxAgain({ references: { outTradeNo: CAPITALS }, captureAmount: 100n }),
  },
  {
    what: 'a captured outTradeNo in capitals, for another order',
    reason: 'contradicts_claim',
    value: ({ payermaxAgain }) =>
      payermaxAgain({ references: { outTradeNo: CAPITALS }, orderId: 'another order' }),
  },
];

/** What no message can bring about: each reason has a test of its own. */
export const NOT_BY_A_MESSAGE: Readonly<Partial<Record<RejectionReason, string>>> = {
  amount_too_large: 'an Avro long holds no larger amount; see the unit tests of planning',
  refused_by_store: 'everything is refused before; see the unit tests of taking an order',
};

function changed(value: Buffer, change: (value: Buffer) => unknown): Buffer {
  const copy = Buffer.from(value);
  change(copy);
  return copy;
}

function withSchema(value: Buffer, schemaId: number): Buffer {
  return changed(value, (copy) => copy.writeInt32BE(schemaId, 1));
}

/** Puts bytes in the place of a text of as many. */
function withBytes(value: Buffer, text: string, bytes: Buffer): Buffer {
  return changed(value, (copy) => bytes.copy(copy, copy.indexOf(text)));
}
