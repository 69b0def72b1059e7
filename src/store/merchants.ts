import type pg from 'pg';
import { CaptureWorkerError } from '../errors.js';
import { texts } from './columns.js';
import { dateOf, textOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/** The merchant that an account's credentials stand for, by its configuration. */
export interface MerchantIdentity {
  readonly provider: string;
  /** What the provider knows us by: the wallet's client id, YabandPay's user, PayerMax's app id. */
  readonly identity: string;
  readonly merchantId: string;
  readonly account: string;
}

/** Remembers credentials that are seen for the first time; of those known, nothing changes. In key order, against deadlocks. */
const REMEMBER: Statement = {
  name: 'remember_merchants',
  text: `
    insert into merchants (provider, identity, merchant_id, account)
    select provider, lower(identity), merchant_id, account
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given (provider, identity, merchant_id, account)
    order by provider, lower(identity)
    on conflict (provider, identity) do nothing`,
};

/** Those of the given that were first used for another merchant. */
const CHANGED: Statement = {
  name: 'changed_merchants',
  text: `
    select given.account, given.identity, given.merchant_id, m.merchant_id as bound_to, m.bound_at
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given (provider, identity, merchant_id, account)
    join merchants m on m.provider = given.provider and m.identity = lower(given.identity)
    where m.merchant_id <> given.merchant_id
    order by given.account`,
};

/**
 * Binds each account's credentials to its merchant, for good. Throws MERCHANT_CHANGED, naming every account whose credentials were bound
 * to another merchant before: under a new merchant id everything that was captured could be claimed, and sent, again.
 */
export async function bindMerchants(pool: pg.Pool, identities: readonly MerchantIdentity[]): Promise<void> {
  const values = [
    texts(identities.map(({ provider }) => provider)),
    texts(identities.map(({ identity }) => identity)),
    texts(identities.map(({ merchantId }) => merchantId)),
    texts(identities.map(({ account }) => account)),
  ];
  const changed = await withSession(
    pool,
    'comparing the accounts with those used before',
    async (session) => {
      await session.query(REMEMBER, values);
      return session.query(CHANGED, values);
    },
  );
  if (changed.length === 0) return;
  const problems = changed.map((row) => {
    const since = dateOf(row, 'bound_at').toISOString();
    return (
      `account ${textOf(row, 'account')} has merchantId '${textOf(row, 'merchant_id')}', but its credentials ` +
      `('${textOf(row, 'identity')}') have stood for merchant '${textOf(row, 'bound_to')}' since ${since}`
    );
  });
  throw new CaptureWorkerError(
    'MERCHANT_CHANGED',
    `${problems.join('; ')}: put the merchantId back, or orders that were captured would be captured again ` +
      '(docs/configuration.md, "When a merchant id must change")',
  );
}
