import { byCurrency, inMajorUnits, isoDecimals } from '../currencies.js';

/**
 * Amounts in PayerMax's form: a JSON number of major units. The book counts in minor units by ISO 4217; PayerMax takes fewer decimals of
 * some currencies than ISO 4217 gives them. Nothing here goes through a float.
 */
const FEWER_DECIMALS = byCurrency({ 0: 'COP IDR PKR TWD', 2: 'BHD JOD KWD OMR TND' });

/** What a JSON number is made of. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * The minor units of a number as it was written, or `null` if it isn't positive or has more decimals than PayerMax takes of the currency.
 * Decimals are counted as written, as a decimal type does: `100.10` has two, `100.100` three, `1e2` none and `1.5e1` none.
 *
 * The number must be one that a float can hold: its exponent is trusted to be no bigger than that.
 */
export function minorUnitsIn(literal: string, currency: string): bigint | null {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(literal) ?? [];
  const digits = BigInt(whole + fraction);
  const decimals = fraction.length - Number(exponent);
  if (sign === '-' || digits === 0n || decimals > decimalsTaken(currency)) return null;
  return digits * 10n ** BigInt(isoDecimals(currency) - decimals);
}

/**
 * The number for minor units, with exactly the decimals that PayerMax takes: 20010 USD is `200.10`. An amount that can't be said so (an
 * authorisation of 1.234 KWD) is written in full.
 */
export function amountOf(minorUnits: bigint, currency: string): string {
  const whole = inMajorUnits(minorUnits, currency);
  const surplus = isoDecimals(currency) - decimalsTaken(currency);
  if (surplus === 0 || !whole.endsWith('0'.repeat(surplus))) return whole;
  return whole.slice(0, -surplus).replace(/\.$/, '');
}

function decimalsTaken(currency: string): number {
  return FEWER_DECIMALS.get(currency) ?? isoDecimals(currency);
}
