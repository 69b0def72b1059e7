import type pg from 'pg';
import { CaptureWorkerError } from '../errors.js';
import type { Column } from './columns.js';
import { texts } from './columns.js';
import type { Row } from './row.js';
import { dateOf, textOf } from './row.js';
import type { Session, Statement } from './session.js';
import { withTransaction } from './session.js';

/** The merchant that an account's credentials stand for, by its configuration. */
export interface MerchantIdentity {
  readonly provider: string;
  /** What the provider knows us by: the wallet's client id, YabandPay's user, PayerMax's app id. */
  readonly identity: string;
  readonly merchantId: string;
  readonly account: string;
}

/** Held to the end of the transaction, so that two workers that start together see what the other has bound. */
const LOCK: Statement = {
  name: 'lock_merchants',
  text: `select pg_advisory_xact_lock(${String(0x6d65_7263)}, 0)`,
};

/** Those of the given whose credentials were first used for another merchant. */
const CHANGED: Statement = {
  name: 'changed_merchants',
  text: `
    select given.account, given.identity, given.merchant_id, m.merchant_id as bound_to, m.bound_at
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given (provider, identity, merchant_id, account)
    join merchants m on m.provider = given.provider and m.identity = lower(given.identity)
    where m.merchant_id <> given.merchant_id
    order by given.account`,
};

/** Those of the given whose merchant is known by an id that differs in letter case only, whatever its credentials; the first such. */
const RESPELT: Statement = {
  name: 'respelt_merchants',
  text: `
    select distinct on (given.account) given.account, given.merchant_id, m.merchant_id as bound_to, m.bound_at
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given (provider, identity, merchant_id, account)
    join merchants m on m.provider = given.provider and lower(m.merchant_id) = lower(given.merchant_id)
    where m.merchant_id <> given.merchant_id
    order by given.account, m.bound_at, m.identity`,
};

/** Remembers credentials that are seen for the first time; of those known, nothing changes. */
const REMEMBER: Statement = {
  name: 'remember_merchants',
  text: `
    insert into merchants (provider, identity, merchant_id, account)
    select provider, lower(identity), merchant_id, account
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given (provider, identity, merchant_id, account)
    on conflict (provider, identity) do nothing`,
};

/**
 * Binds each account's credentials to its merchant, for good. Throws MERCHANT_CHANGED, and binds nothing, if credentials were bound to
 * another merchant before, or a merchant's id is known in other letter case; names every such account. A claim compares merchant ids
 * letter by letter: under a changed id everything that was captured could be claimed, and sent, again.
 */
export async function bindMerchants(pool: pg.Pool, identities: readonly MerchantIdentity[]): Promise<void> {
  const values = columnsOf(identities);
  await withTransaction(pool, COMPARING, async (session) => {
    await session.query(LOCK, []);
    await assertUnchanged(session, values);
    await session.query(REMEMBER, values);
  });
}

/** Throws as `bindMerchants` does, and binds nothing: for a process that won't capture through these accounts. */
export async function checkMerchants(pool: pg.Pool, identities: readonly MerchantIdentity[]): Promise<void> {
  await withTransaction(pool, COMPARING, (session) => assertUnchanged(session, columnsOf(identities)));
}

const COMPARING = 'comparing the accounts with those used before';

function columnsOf(identities: readonly MerchantIdentity[]): readonly Column[] {
  return [
    texts(identities.map(({ provider }) => provider)),
    texts(identities.map(({ identity }) => identity)),
    texts(identities.map(({ merchantId }) => merchantId)),
    texts(identities.map(({ account }) => account)),
  ];
}

async function assertUnchanged(session: Session, values: readonly Column[]): Promise<void> {
  const changed = await session.query(CHANGED, values);
  const told = new Set(changed.map((row) => textOf(row, 'account')));
  const respelt = await session.query(RESPELT, values);
  const problems = [
    ...changed.map(changeOf),
    ...respelt.filter((row) => !told.has(textOf(row, 'account'))).map(respellingOf),
  ];
  if (problems.length === 0) return;
  throw new CaptureWorkerError(
    'MERCHANT_CHANGED',
    `${problems.join('; ')}: put the merchantId back, or orders that were captured would be captured again ` +
      '(docs/configuration.md, "When a merchant id must change")',
  );
}

function changeOf(row: Row): string {
  return (
    `${accountOf(row)}, but its credentials ('${textOf(row, 'identity')}') have stood for merchant ` +
    `'${textOf(row, 'bound_to')}' since ${sinceOf(row)}`
  );
}

function respellingOf(row: Row): string {
  return (
    `${accountOf(row)}, but this merchant has been written '${textOf(row, 'bound_to')}' since ${sinceOf(row)}, ` +
    'and a claim tells capitals from small letters'
  );
}

function accountOf(row: Row): string {
  return `account ${textOf(row, 'account')} has merchantId '${textOf(row, 'merchant_id')}'`;
}

function sinceOf(row: Row): string {
  return dateOf(row, 'bound_at').toISOString();
}
