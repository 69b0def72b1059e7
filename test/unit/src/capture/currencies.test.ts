import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exponentOf } from '../../../../src/capture/currencies.js';

describe('currencies', () => {
  it('has the decimals of ISO 4217, not those of CLDR', () => {
    const expected: Record<string, number> = {
      EUR: 2,
      USD: 2,
      JPY: 0,
      KRW: 0,
      ISK: 0,
      IQD: 3,
      KWD: 3,
      BHD: 3,
      TND: 3,
      CLF: 4,
    };
    for (const [currency, exponent] of Object.entries(expected))
      assert.equal(exponentOf(currency), exponent, currency);
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
