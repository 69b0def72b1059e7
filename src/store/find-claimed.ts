import type { Capture } from '../capture/capture.js';
import { CAPTURE_COLUMNS, captureOf } from './capture-row.js';
import { texts } from './columns.js';
import type { Row } from './row.js';
import { textOf } from './row.js';
import type { Session, Statement } from './session.js';

/** A claim that stands. */
export interface Existing {
  readonly capture: Capture;
  /** Of the request that made it. */
  readonly token: string;
}

/** By the claim, not by the id that we derive from it: the claim is what must exist. */
const FIND_CLAIMED: Statement = {
  name: 'find_claimed',
  text: `
    select ${CAPTURE_COLUMNS}, c.claim_token
    from unnest($1::text[], $2::text[], $3::text[]) as t (provider, merchant_id, capture_reference)
    join captures c using (provider, merchant_id, capture_reference)`,
};

const FIND_CLAIMED_PAYMENT: Statement = {
  name: 'find_claimed_payment',
  text: `
    select ${CAPTURE_COLUMNS}, c.claim_token
    from unnest($1::text[], $2::text[], $3::text[]) as t (provider, merchant_id, payment_id)
    join captures c using (provider, merchant_id, payment_id)`,
};

/**
 * The claims that keep these captures from being claimed, by their ids: each by its reference, or else by its payment, which is then
 * claimed under another reference. A claim that kept one out is committed and stays, so it is found whenever it is looked for.
 */
export async function findClaimed(
  session: Session,
  captures: readonly Capture[],
): Promise<ReadonlyMap<string, Existing>> {
  const byReference = await findBy(
    FIND_CLAIMED,
    ({ captureReference }) => captureReference,
    session,
    captures,
  );
  const rest = captures.filter(({ captureId }) => !byReference.has(captureId));
  // Two orders that contradict each other: what follows is hardly ever sent.
  const byPayment = await findBy(FIND_CLAIMED_PAYMENT, ({ paymentId }) => paymentId, session, rest);
  return new Map([...byReference, ...byPayment]);
}

async function findBy(
  statement: Statement,
  named: (capture: Capture) => string,
  session: Session,
  captures: readonly Capture[],
): Promise<ReadonlyMap<string, Existing>> {
  if (captures.length === 0) return new Map();
  const rows = await session.query(statement, [
    texts(captures.map(({ provider }) => provider)),
    texts(captures.map(({ merchantId }) => merchantId)),
    texts(captures.map(named)),
  ]);
  const found = new Map(rows.map(existingOf).map((existing) => [keyOf(existing.capture, named), existing]));
  return new Map(
    captures.flatMap((capture) => {
      const existing = found.get(keyOf(capture, named));
      return existing === undefined ? [] : [[capture.captureId, existing]];
    }),
  );
}

function existingOf(row: Row): Existing {
  return { capture: captureOf(row), token: textOf(row, 'claim_token') };
}

/** NUL can't occur in what was stored, so it can't make two claims look alike. */
function keyOf(capture: Capture, named: (capture: Capture) => string): string {
  return [capture.provider, capture.merchantId, named(capture)].join('\0');
}
