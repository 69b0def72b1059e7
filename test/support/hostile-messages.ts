import fc from 'fast-check';
import type { OrderFulfilled } from '../../src/capture/order.js';
import { avroType } from '../../src/kafka/avro/type.js';
import { frame } from '../../src/kafka/avro/wire-format.js';
import type { RegisteredContract } from '../../src/kafka/schema-registry.js';
import type { LogMessage } from '../../src/ports/log.js';

export type RawMessage = Pick<LogMessage, 'key' | 'value' | 'headers'>;

/** An order as bytes can have it: a time is any 64 bits, and what is a map is an object. */
export interface RawOrder extends Omit<OrderFulfilled, 'authorisedAt' | 'fulfilledAt' | 'references'> {
  readonly authorisedAt: bigint;
  readonly fulfilledAt: bigint;
  readonly references: Readonly<Record<string, string>>;
}

export function rawOrder(order: OrderFulfilled): RawOrder {
  return {
    ...order,
    authorisedAt: BigInt(order.authorisedAt.getTime()),
    fulfilledAt: BigInt(order.fulfilledAt.getTime()),
    references: Object.fromEntries(order.references),
  };
}

/** Writes orders that our own encoder could not write, as values of the contract's schema. */
export function rawOrderWriter({ schema, schemaId }: RegisteredContract): (order: RawOrder) => Buffer {
  const plain = JSON.parse(schema, (name, part: unknown) =>
    name === 'logicalType' ? undefined : part,
  ) as object;
  const type = avroType(plain);
  return (order) => frame({ schemaId, payload: type.toBuffer(order) });
}

export interface HostileOptions {
  readonly contract: RegisteredContract;
  /** The schema ids of others, which are no orders. */
  readonly strangers: readonly number[];
  /** An order that can be captured, by the paymentId that it is to have. */
  readonly good: (paymentId: string) => OrderFulfilled;
}

/** A message, and the payment that must be captured by it: null if it may as well be a duplicate or a dead letter. */
export interface HostileMessage extends RawMessage {
  readonly mustCapture: string | null;
}

const MAX_INT64 = 2n ** 63n - 1n;

/** Texts as hostile or careless producers write them. */
const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\0',
      'a\0b',
      '\ufffd',
      '\ud83d',
      '__proto__',
      'constructor',
      'toString',
      'طلب-١٢٣',
      '订单',
      '🧾'.repeat(40),
      'e\u0301',
      "'; drop table captures; --",
      '${jndi:ldap://x}',
      '{"$ne":null}',
      '\r\nx: y',
      '\u202egnp',
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 5_000 }).map((length) => 'x'.repeat(length)) },
);

const hostileAmount: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: MAX_INT64 }),
  fc.constantFrom(0n, 1n, -1n, 5_000n, 2n ** 53n, 2n ** 53n + 1n, 10n ** 16n, MAX_INT64, -MAX_INT64 - 1n),
);

const hostileTime: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: MAX_INT64 }),
  fc.constantFrom(
    0n,
    -1n,
    MAX_INT64,
    -MAX_INT64 - 1n,
    // The ends of JavaScript's dates, of those that are written with four digits, and of PostgreSQL's.
    ...[8_640_000_000_000_000n, -8_640_000_000_000_000n, 253_402_300_799_999n, -62_135_596_800_000n],
    ...[9_224_318_015_999_999n, -210_866_803_200_000n],
  ),
);

/** Few payments and values, so that repeats and contradictions are many. */
const hostileChange: fc.Arbitrary<Partial<RawOrder>> = fc.record(
  {
    eventId: hostileText,
    orderId: fc.oneof(fc.constantFrom('order-1', 'order-2'), hostileText),
    paymentId: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('p-1', 'p-2', 'P-1') }, hostileText),
    provider: fc.oneof(fc.constantFrom('wallet', 'Wallet', 'payermax'), hostileText),
    account: hostileText,
    authorisedAmount: hostileAmount,
    captureAmount: fc.option(hostileAmount),
    currency: fc.oneof(fc.constantFrom('IQD', 'EUR', 'iqd', 'XXX'), hostileText),
    captureCurrency: fc.option(fc.oneof(fc.constantFrom('IQD', 'EUR'), hostileText)),
    authorisedAt: hostileTime,
    fulfilledAt: hostileTime,
    references: fc.oneof(
      fc.dictionary(hostileText, hostileText, { maxKeys: 5 }),
      fc.constant(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [String(index), 'x']))),
    ),
    description: fc.option(hostileText),
  },
  { requiredKeys: [] },
);

const someBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

const hostileHeaders = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom('traceparent', 'ce_id', 'dlq_reason', '__proto__', '1'),
      fc.string({ maxLength: 20 }),
    ),
    someBytes,
  ),
  { maxLength: 5 },
);

/** Messages of all kinds, good ones among them; each good one is of a payment of its own. */
export function hostileMessages(
  options: HostileOptions,
  length: { minLength: number; maxLength: number },
): fc.Arbitrary<HostileMessage[]> {
  const { contract, good } = options;
  const write = rawOrderWriter(contract);
  const base = rawOrder(good('p-1'));
  const valid = write(base);
  const hostileOrder = hostileChange.map((change) => write({ ...base, ...change }));
  const mutated = fc.oneof(
    fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
      const bytes = Buffer.from(valid);
      bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at);
      return bytes;
    }),
    fc.nat(valid.length - 1).map((length) => valid.subarray(0, length)),
    someBytes.map((more) => Buffer.concat([valid, more])),
    fc.oneof(fc.integer(), fc.constantFrom(...options.strangers, 0, -1)).map((schemaId) => {
      const bytes = Buffer.from(valid);
      bytes.writeInt32BE(schemaId, 1);
      return bytes;
    }),
  );
  const value = fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: someBytes },
    { weight: 2, arbitrary: someBytes.map((payload) => frame({ schemaId: contract.schemaId, payload })) },
    { weight: 4, arbitrary: mutated },
    { weight: 6, arbitrary: hostileOrder },
    { weight: 2, arbitrary: fc.constant('good' as const) },
  );
  const message = fc.record({ key: fc.option(someBytes), value, headers: hostileHeaders });
  return fc.array(message, length).map((messages) =>
    messages.map((one, index): HostileMessage => {
      if (one.value !== 'good') return { ...one, value: one.value, mustCapture: null };
      const mustCapture = `good-${String(index)}`;
      return { ...one, value: write(rawOrder(good(mustCapture))), mustCapture };
    }),
  );
}
