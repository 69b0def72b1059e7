/** The decimals of the currencies that don't have two, by ISO 4217. */
const DECIMALS = byCurrency({
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
});

export function isoDecimals(currency: string): number {
  return DECIMALS.get(currency) ?? 2;
}

/** A table of decimals: how many, and the currencies that have so many. */
export function byCurrency(lists: Readonly<Record<number, string>>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(lists).flatMap(([decimals, currencies]) =>
      currencies.split(' ').map((currency): [string, number] => [currency, Number(decimals)]),
    ),
  );
}

/** Minor units as a decimal number of major units, with all decimals of the currency: 2490 EUR is `24.90`. */
export function inMajorUnits(minorUnits: bigint, currency: string): string {
  const decimals = isoDecimals(currency);
  const digits = minorUnits.toString().padStart(decimals + 1, '0');
  const at = digits.length - decimals;
  return decimals === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
}
