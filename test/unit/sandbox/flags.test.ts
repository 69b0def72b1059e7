import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountsWith, baseUrlOf, portOf, profileOf, speedOf } from '../../../sandbox/flags.js';
import { PROFILES } from '../../../sandbox/profiles.js';

describe('the values of the command line', () => {
  it('are read', () => {
    assert.equal(portOf('0'), 0);
    assert.equal(profileOf('chaos'), PROFILES.chaos);
    assert.equal(profileOf('{"late":0.5}').late, 0.5);
    assert.equal(baseUrlOf('http://127.0.0.1:8090/notify'), 'http://127.0.0.1:8090/notify');
    assert.equal(speedOf('1000'), 1000);
    assert.deepEqual(accountsWith('payermax=max-1', accountsWith('wallet=shop', {})), {
      wallet: 'shop',
      payermax: 'max-1',
    });
  });

  const mistakes: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['a port with a sign', () => portOf('-1'), /0 to 65535/],
    ['a URL without a scheme', () => baseUrlOf('127.0.0.1:8090'), /http or https URL/],
    ['a speed below 1', () => speedOf('0.5'), /from 1 up/],
    ['no speed', () => speedOf(' '), /from 1 up/],
    ['an account of no provider', () => accountsWith('paypal=x', {}), /wallet, yabandpay, payermax/],
    ['an account without a name', () => accountsWith('wallet=', {}), /<provider>=<account>/],
    ['an account that could be a path', () => accountsWith('wallet=a/b', {}), /<provider>=<account>/],
  ];
  for (const [what, read, expected] of mistakes) {
    it(`aren't ${what}`, () => {
      assert.throws(read, expected);
    });
  }
});
