import { exponentOf } from '../../capture/currencies.js';

/** The currencies that PayerMax takes with fewer decimals than ISO 4217 gives them, or that its pages name although both agree. */
const NO_DECIMALS = 'CLP COP IDR ISK JPY KRW PKR PYG TWD VND';
const TWO_DECIMALS = 'BHD JOD KWD OMR TND';
/** The most that it takes of any. */
const MOST_DECIMALS = 4;

const OWN_DECIMALS: ReadonlyMap<string, number> = new Map([
  ...NO_DECIMALS.split(' ').map((code): [string, number] => [code, 0]),
  ...TWO_DECIMALS.split(' ').map((code): [string, number] => [code, 2]),
]);

/** How many decimals PayerMax takes of a currency: never more than ISO 4217 has. Null for a code that ISO 4217 doesn't list. */
export function decimalsOf(currency: string): number | null {
  const exponent = exponentOf(currency);
  return exponent === null ? null : Math.min(OWN_DECIMALS.get(currency) ?? MOST_DECIMALS, exponent);
}
