import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exponentOf } from '../../../../src/capture/currencies.js';
import { ISO_4217, WITHOUT_MINOR_UNIT } from '../../../support/provider-currencies.js';

function everyCode(): string[] {
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  return letters.flatMap((one) => letters.flatMap((two) => letters.map((three) => one + two + three)));
}

describe('currencies', () => {
  it('have the decimals of ISO 4217, each of them', () => {
    // Every code that there can be, so that neither a missing nor a surplus one escapes.
    const known = everyCode().flatMap((code): [string, number][] => {
      const exponent = exponentOf(code);
      return exponent === null ? [] : [[code, exponent]];
    });
    assert.deepEqual(known, [...ISO_4217].toSorted());
  });

  it('count nothing in what ISO 4217 lists without a minor unit', () => {
    for (const code of WITHOUT_MINOR_UNIT) assert.equal(exponentOf(code), null, code);
  });

  it('knows every currency that the platform lists as current, and disagrees with it only where CLDR does', () => {
    const cldr = (currency: string): number =>
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2;
    const differing = Intl.supportedValuesOf('currency').filter((currency) => {
      const exponent = exponentOf(currency);
      return exponent !== null && exponent !== cldr(currency) && exponent !== 2;
    });
    assert.ok(differing.includes('IQD'));
    for (const currency of differing) assert.ok(['IQD', 'UYW', 'CLF'].includes(currency), currency);
  });

  it('knows nothing of codes that ISO 4217 does not list', () => {
    for (const code of ['', 'eur', 'XXX', 'EURO', 'QQQ', '978']) assert.equal(exponentOf(code), null, code);
  });
});
