/**
 * ISO 4217, typed by hand from its list of active currencies and funds: every code that has a minor unit, and its decimals. It knows
 * neither the client's table nor the sandbox's: three readings of one list that must agree. A wrong number of decimals is an amount that
 * is wrong by ten, a hundred or a thousand.
 */
const ACTIVE = [
  'AED AFN ALL AMD AOA ARS AUD AWG AZN',
  'BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD',
  'CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK',
  'DJF DKK DOP DZD',
  'EGP ERN ETB EUR',
  'FJD FKP',
  'GBP GEL GHS GIP GMD GNF GTQ GYD',
  'HKD HNL HTG HUF',
  'IDR ILS INR IQD IRR ISK',
  'JMD JOD JPY',
  'KES KGS KHR KMF KPW KRW KWD KYD KZT',
  'LAK LBP LKR LRD LSL LYD',
  'MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN',
  'NAD NGN NIO NOK NPR NZD',
  'OMR',
  'PAB PEN PGK PHP PKR PLN PYG',
  'QAR',
  'RON RSD RUB RWF',
  'SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL',
  'THB TJS TMT TND TOP TRY TTD TWD TZS',
  'UAH UGX USD USN UYI UYU UYW UZS',
  'VED VES VND VUV',
  'WST',
  'XAD XAF XCD XCG XOF XPF',
  'YER',
  'ZAR ZMW ZWG',
];

/** All others have two. */
const OTHER_THAN_TWO: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,

  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,

  CLF: 4,
  UYW: 4,
};

/** The decimals of each currency and fund. */
export const ISO_4217: ReadonlyMap<string, number> = new Map(
  ACTIVE.flatMap((line) => line.split(' ')).map((code) => [code, OTHER_THAN_TWO[code] ?? 2]),
);

/** Metals, bond market units, units of account and codes for tests: ISO 4217 lists them without a minor unit, so nothing can be counted. */
export const WITHOUT_MINOR_UNIT = 'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' ');
