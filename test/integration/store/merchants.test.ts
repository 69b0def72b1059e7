import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { CaptureWorkerError } from '../../../src/errors.js';
import type { MerchantIdentity } from '../../../src/store/merchants.js';
import { bindMerchants } from '../../../src/store/merchants.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';

const SHOP: MerchantIdentity = {
  provider: 'wallet',
  identity: 'Client-1',
  merchantId: 'M-1',
  account: 'shop',
};

describe('the merchant that credentials stand for', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase();
    ({ pool } = database);
  });
  beforeEach(() => pool.query('delete from merchants'));
  after(() => database.drop());

  async function bound(): Promise<unknown[]> {
    const { rows } = await pool.query<Record<string, unknown>>(
      'select provider, identity, merchant_id, account from merchants order by provider, identity',
    );
    return rows;
  }

  it('is remembered when they are first used, and may be used again', async () => {
    await bindMerchants(pool, [SHOP]);
    await bindMerchants(pool, [{ ...SHOP, account: 'renamed' }]);
    assert.deepEqual(await bound(), [
      { provider: 'wallet', identity: 'client-1', merchant_id: 'M-1', account: 'shop' },
    ]);
  });

  it('must not change, in whatever letter case the credentials are written', async () => {
    await bindMerchants(pool, [SHOP]);
    for (const identity of ['Client-1', 'CLIENT-1']) {
      await assert.rejects(bindMerchants(pool, [{ ...SHOP, identity, merchantId: 'M-2' }]), (error) => {
        assert.ok(error instanceof CaptureWorkerError);
        assert.equal(error.code, 'MERCHANT_CHANGED');
        assert.equal(error.exitCode, 3);
        assert.match(
          error.message,
          /account shop has merchantId 'M-2'.*stood for merchant 'M-1' since \d{4}-/,
        );
        return true;
      });
    }
    // Nor by a change of letter case: a claim compares merchant ids exactly.
    await assert.rejects(
      bindMerchants(pool, [{ ...SHOP, merchantId: 'm-1' }]),
      /MERCHANT|stood for merchant/,
    );
    assert.equal((await bound()).length, 1);
  });

  it('must not be written in other letter case either, with whatever credentials, and then nothing is bound', async () => {
    await bindMerchants(pool, [SHOP]);
    const respelt = { ...SHOP, identity: 'client-new', merchantId: 'm-1' };
    const fresh = { ...SHOP, identity: 'client-other', merchantId: 'M-7', account: 'other' };
    await assert.rejects(bindMerchants(pool, [respelt, fresh]), (error) => {
      assert.ok(error instanceof CaptureWorkerError);
      assert.deepEqual([error.code, error.exitCode], ['MERCHANT_CHANGED', 3]);
      assert.match(
        error.message,
        /^account shop has merchantId 'm-1', but this merchant has been written 'M-1' since \d{4}-[^;]*$/,
      );
      return true;
    });
    assert.equal((await bound()).length, 1);
    // So that putting it back, as the message says, is enough.
    await bindMerchants(pool, [{ ...respelt, merchantId: 'M-1' }, fresh]);
    // At another provider it is another merchant.
    await bindMerchants(pool, [{ ...respelt, provider: 'payermax' }]);
    assert.equal((await bound()).length, 4);
  });

  it('is written in one way by workers that start together', async () => {
    const starts = Array.from({ length: 8 }, (_, index) =>
      bindMerchants(database.anotherPool(1), [
        { ...SHOP, identity: `client-${String(index)}`, merchantId: index % 2 === 0 ? 'M-1' : 'm-1' },
      ]).then(
        () => 'bound',
        (error: unknown) => (error instanceof CaptureWorkerError ? error.code : 'another error'),
      ),
    );
    const outcomes = await Promise.all(starts);
    assert.equal(outcomes.filter((outcome) => outcome === 'bound').length, 4, outcomes.join());
    assert.equal(outcomes.filter((outcome) => outcome === 'MERCHANT_CHANGED').length, 4, outcomes.join());
  });

  it('is told for all accounts at once', async () => {
    const second = { ...SHOP, identity: 'client-2', merchantId: 'M-2', account: 'second' };
    await bindMerchants(pool, [SHOP, second]);
    const changed = [SHOP, second].map((one) => ({ ...one, merchantId: 'M-9' }));
    await assert.rejects(bindMerchants(pool, changed), /account second .*; account shop /);
  });

  it('can have several credentials, one at each provider, and new ones', async () => {
    const others = [
      { ...SHOP, identity: 'client-new' },
      { ...SHOP, provider: 'payermax' },
    ];
    await bindMerchants(pool, [SHOP]);
    await bindMerchants(pool, others);
    assert.equal((await bound()).length, 3);
  });

  it('is bound once by workers that start together, and the others are told', async () => {
    const starts = Array.from({ length: 8 }, (_, index) =>
      bindMerchants(pool, [{ ...SHOP, merchantId: `M-${String(index % 2)}` }]).then(
        () => 'bound',
        (error: unknown) => (error instanceof CaptureWorkerError ? error.code : 'another error'),
      ),
    );
    const outcomes = await Promise.all(starts);
    assert.deepEqual([...new Set(outcomes)].sort(), ['MERCHANT_CHANGED', 'bound']);
    assert.equal(outcomes.filter((outcome) => outcome === 'bound').length, 4);
  });
});
