/**
 * ISO 4217 active currencies and the number of decimals of their minor unit.
 *
 * The list is data, not `Intl`: CLDR gives the decimals that people write (none for IQD), ISO gives those that payment systems
 * count in (three for IQD). The difference is a factor of a thousand.
 */
const TWO_DECIMALS =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP ' +
  'CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD ' +
  'KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR ' +
  'PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU ' +
  'UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG';
const NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND';
const FOUR_DECIMALS = 'CLF UYW';

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  [
    { exponent: 0, codes: NO_DECIMALS },
    { exponent: 2, codes: TWO_DECIMALS },
    { exponent: 3, codes: THREE_DECIMALS },
    { exponent: 4, codes: FOUR_DECIMALS },
  ].flatMap(({ exponent, codes }) => codes.split(' ').map((code): [string, number] => [code, exponent])),
);

/** The number of decimals of a currency's minor unit by ISO 4217, or `null` for a code that it doesn't list. */
export function exponentOf(currency: string): number | null {
  return EXPONENTS.get(currency) ?? null;
}
