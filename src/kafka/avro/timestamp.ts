import avro, { type Type } from 'avsc';
import { BIGINT_LONG } from './long.js';

type Schema = ConstructorParameters<typeof avro.types.LogicalType>[0];

/**
 * `timestamp-millis`, of a long, as a `Date`; a time beyond the range of dates is refused. The long underneath is read as a `bigint`, since avsc's own
 * writes numbers below -2^52 as other ones.
 */
export class TimestampMillis extends avro.types.LogicalType {
  constructor(schema: Schema) {
    super(schema, { typeHook: () => BIGINT_LONG });
  }

  protected override _fromValue(millis: unknown): Date {
    // A bigint, a number or a Date, by what the writer's schema made of it.
    const date = new Date(Number(millis));
    if (Number.isNaN(date.getTime())) throw new RangeError('a time beyond the range of dates');
    return date;
  }

  /** `undefined` is avsc's word for a value that is not of the type. */
  protected override _toValue(date: unknown): bigint | undefined {
    return date instanceof Date && !Number.isNaN(date.getTime()) ? BigInt(date.getTime()) : undefined;
  }

  /** How a value of the writer's `type` is read as this one; `undefined` makes the schemas irreconcilable. */
  protected override _resolve(type: Type): ((value: unknown) => Date) | undefined {
    const readable = avro.Type.isType(type, 'logical:timestamp-millis', 'int', 'abstract:long');
    return readable ? (value) => this._fromValue(value) : undefined;
  }
}

/**
 * `timestamp-micros`, only so that it isn't taken for milliseconds: Avro calls the two compatible, since both are longs, and a time would
 * come out a thousand times too late. Its `_resolve` lets nothing read it as something else.
 */
export class TimestampMicros extends avro.types.LogicalType {
  constructor(schema: Schema) {
    // Without our hook, which would make a timestamp of the long underneath again.
    super(schema, {});
  }

  protected override _fromValue(micros: unknown): unknown {
    return micros;
  }

  protected override _toValue(micros: unknown): unknown {
    return micros;
  }

  protected override _resolve(): undefined {
    return undefined;
  }
}
