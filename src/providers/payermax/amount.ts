import { exponentOf } from '../../capture/currencies.js';
import type { Money } from '../../capture/money.js';
import { formatMajor, MAX_MINOR_UNITS, parseMajor } from '../../capture/money.js';
import { decimalsOf } from './decimals.js';

/**
 * Money as the JSON number that PayerMax takes: major units with exactly the decimals that it allows for the currency, so 100 USD are
 * `100.00`. Null if the amount needs more of them (1.234 KWD, 0.50 IDR): it is never rounded.
 */
export function writeAmount({ amount, currency }: Money): string | null {
  const exponent = exponentOf(currency);
  const decimals = decimalsOf(currency);
  if (exponent === null || decimals === null) return null;
  const unit = 10n ** BigInt(exponent - decimals);
  return amount % unit === 0n ? formatMajor(amount / unit, decimals) : null;
}

/**
 * A number of an answer in minor units of a currency. Read with the decimals of ISO 4217, not with the fewer that PayerMax takes: an
 * answer that names 1.234 KWD names just that. Null if it is no amount that we could ever have asked for or can hold.
 */
export function readAmount(literal: string, currency: string): bigint | null {
  const exponent = exponentOf(currency);
  const amount = exponent === null ? null : parseMajor(literal, exponent);
  return amount !== null && amount >= 0n && amount <= MAX_MINOR_UNITS ? amount : null;
}
