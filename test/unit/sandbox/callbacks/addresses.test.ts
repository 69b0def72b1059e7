import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OwnAddress } from '../../../../sandbox/callbacks/addresses.js';
import { Addresses, addressesSchema } from '../../../../sandbox/callbacks/addresses.js';

const URL_ = 'http://127.0.0.1:8090/notify';

function addressIn(addresses: Addresses, own: OwnAddress = {}, merchant = 'M'): string | null {
  return addresses.of('wallet', merchant, own)?.href ?? null;
}

describe('the address of notifications', () => {
  it('is none until somebody gives one, and none again when it is taken back', () => {
    const addresses = new Addresses();
    assert.equal(addressIn(addresses), null);
    addresses.set({ url: URL_ });
    assert.equal(addressIn(addresses), `${URL_}/wallet/wallet-sandbox`);
    addresses.set({ url: null });
    assert.equal(addressIn(addresses), null);
  });

  it('names the account of the merchant, and keeps it when other things are set', () => {
    const addresses = new Addresses({
      url: `${URL_}/`,
      accounts: [{ provider: 'wallet', merchant: 'M', account: 'shop' }],
    });
    addresses.set({ accounts: [{ provider: 'yabandpay', merchant: 'M', account: 'other' }] });
    assert.equal(addressIn(addresses), `${URL_}/wallet/shop`);
    assert.equal(addressIn(addresses, {}, 'N'), `${URL_}/wallet/wallet-sandbox`);
  });

  it('can be an account of its own under a URL of its own, and a payment goes before its merchant', () => {
    const account = { provider: 'wallet', merchant: 'M', account: 'shop', url: 'http://[::1]:1/n' } as const;
    const addresses = new Addresses({ accounts: [account] });
    assert.equal(addressIn(addresses), 'http://[::1]:1/n/wallet/shop');
    assert.equal(addressIn(addresses, { account: 'mine' }), 'http://[::1]:1/n/wallet/mine');
    assert.equal(addressIn(addresses, { url: URL_ }), `${URL_}/wallet/shop`);
  });

  const mistakes: Record<string, unknown> = {
    'a URL that is none': { url: 'notify' },
    'a URL of another kind': { url: 'ftp://127.0.0.1/notify' },
    'an account that could be a path': { accounts: [{ provider: 'wallet', merchant: 'M', account: '../x' }] },
    'a provider that there is none of': { accounts: [{ provider: 'paypal', merchant: 'M', account: 'x' }] },
  };
  for (const [what, input] of Object.entries(mistakes)) {
    it(`is not ${what}`, () => {
      assert.equal(addressesSchema.safeParse(input).success, false);
    });
  }
});
