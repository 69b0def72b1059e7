import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { didYouMean } from '../../../../src/config/did-you-mean.js';

describe('didYouMean', () => {
  const known = ['baseUrl', 'clientId', 'merchantId', 'maxInFlight'];

  it('finds the closest name through a slip of the fingers, whatever its case', () => {
    assert.equal(didYouMean('baseURL', known), 'baseUrl');
    assert.equal(didYouMean('merchandId', known), 'merchantId');
    assert.equal(didYouMean('maxInflight', known), 'maxInFlight');
    assert.equal(didYouMean('clientI', known), 'clientId');
    assert.equal(didYouMean('GRUOP', ['GROUP', 'OTHER']), 'GROUP');
  });

  it('guesses nothing when nothing is close', () => {
    assert.equal(didYouMean('colour', known), null);
    assert.equal(didYouMean('', known), null);
    assert.equal(didYouMean('baseUrl', []), null);
  });
});
