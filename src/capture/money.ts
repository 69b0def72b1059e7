import { exponentOf } from './currencies.js';

/** An amount of money in minor units (fils, cents, yen) of an ISO 4217 currency. Never a float, never major units. */
export interface Money {
  readonly amount: bigint;
  readonly currency: string;
}

/** The largest amount that every part of the system can hold: a signed 64-bit integer (Avro long, PostgreSQL bigint). */
export const MAX_MINOR_UNITS = 9_223_372_036_854_775_807n;

/** Whether two amounts are the same money: same currency, same number of minor units. */
export function sameMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.amount === b.amount;
}

/**
 * Writes minor units as a decimal in major units with exactly `exponent` decimals: `formatMajor(2499n, 2)` is `24.99`.
 * Works on digits alone, so no amount is too large and nothing is rounded.
 */
export function formatMajor(amount: bigint, exponent: number): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * Reads a decimal in major units into minor units; `null` if the text is no decimal or has more non-zero decimals than `exponent`
 * allows, since rounding would invent or lose money. `parseMajor('1', 2)` and `parseMajor('1.00', 2)` are both `100n`. A power of ten
 * is read too (`1.25E7`, as some systems write large numbers), on digits alone like the rest.
 */
export function parseMajor(text: string, exponent: number): bigint | null {
  const parts = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (parts === null) return null;
  const [, sign = '', whole = '', decimals = '', power = '0'] = parts;
  // The value is `digits` times ten to the `shift`, in minor units.
  const shift = Number(power) - decimals.length + exponent;
  const digits = (whole + decimals).padStart(-shift + 1, '0');
  const kept = shift < 0 ? digits.slice(0, shift) : digits.padEnd(digits.length + shift, '0');
  if (shift < 0 && /[1-9]/.test(digits.slice(shift))) return null;
  const amount = BigInt(kept);
  return sign === '-' ? -amount : amount;
}

/** Writes money for people: `150.000 IQD`. Falls back to minor units for a currency that ISO 4217 doesn't list. */
export function describeMoney(money: Money): string {
  const exponent = exponentOf(money.currency);
  if (exponent === null) return `${money.amount.toString()} minor units of ${money.currency}`;
  return `${formatMajor(money.amount, exponent)} ${money.currency}`;
}
