import { inMajorUnits, isoDecimals } from '../currencies.js';

/** Amounts in YabandPay's form: a decimal number of major units, as a string. Nothing here goes through a float. */
const AMOUNT = /^(0|[1-9]\d{0,15})(?:\.(\d+))?$/;

/** The minor units of an amount; `null` if it isn't a plain decimal number above zero, with no more decimals than its currency has. */
export function minorUnitsIn(text: string, currency: string): bigint | null {
  const [, whole, fraction = ''] = AMOUNT.exec(text) ?? [];
  const decimals = isoDecimals(currency);
  if (whole === undefined || fraction.length > decimals) return null;
  const minorUnits = BigInt(whole + fraction.padEnd(decimals, '0'));
  return minorUnits > 0n ? minorUnits : null;
}

/** The amount for minor units, without zeros at its end, as the examples of YabandPay's page have it: `24.99`, `24.9`, `1`. */
export function amountOf(minorUnits: bigint, currency: string): string {
  return inMajorUnits(minorUnits, currency)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
