import type { CaptureEvent } from '../subscriber/events.js';

/** A debit (positive) or a credit (negative) of an account, in minor units of the currency. */
export interface Posting {
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
}

/** What is booked at once. Its postings sum to zero in each currency, and it is never changed. */
export interface Entry {
  /** Made from the event, so that an event can't be booked twice. */
  readonly entryId: string;
  readonly captureId: string;
  readonly eventId: string;
  readonly kind: 'capture' | 'reversal';
  /** The id of the entry that this one undoes; null for a capture. */
  readonly reverses: string | null;
  readonly provider: string;
  /** The merchant account at the provider. */
  readonly accountName: string;
  readonly occurredAt: Date;
  readonly postings: readonly Posting[];
}

/** The entry of a capture that was booked and not reversed. */
export type Standing = Pick<Entry, 'entryId' | 'provider' | 'accountName' | 'postings'>;

/** What is to be booked for an event, in this order. */
export interface Booking {
  readonly reversal: Entry | null;
  readonly capture: Entry | null;
  /** The id of the entry that stands from now on. */
  readonly stands: string | null;
}

/**
 * Books an event that is newer than all that were applied. It is a full snapshot, so whatever it replaces is undone, and a success is
 * booked anew: also one after another, if it is of something else. The same success again leaves the books as they are: the failure in
 * between was skipped, or it was published a second time because the publisher's database had been restored. What came before, and whether
 * it was ever read, plays no part: only what stands.
 */
export function book(standing: Standing | null, event: CaptureEvent): Booking {
  const capture = captureOf(event);
  if (standing !== null && capture !== null && isSame(standing, capture))
    return { reversal: null, capture: null, stands: standing.entryId };
  return {
    reversal: standing && reversalOf(standing, event),
    capture,
    stands: capture?.entryId ?? null,
  };
}

/** Whether both book the same. The postings of an entry come in any order, each of an account and currency of its own. */
function isSame(standing: Standing, capture: Entry): boolean {
  return (
    standing.provider === capture.provider &&
    standing.accountName === capture.accountName &&
    standing.postings.length === capture.postings.length &&
    standing.postings.every((one) =>
      capture.postings.some(
        (other) =>
          one.account === other.account && one.currency === other.currency && one.amount === other.amount,
      ),
    )
  );
}

function captureOf(event: CaptureEvent): Entry | null {
  switch (event.outcome) {
    case 'succeeded': {
      const { eventId, captureId, provider, account, currency, amount, occurredAt } = event;
      return {
        entryId: `${eventId}:capture`,
        captureId,
        eventId,
        kind: 'capture',
        reverses: null,
        provider,
        accountName: account,
        occurredAt,
        postings: [
          { account: 'provider_receivable', currency, amount },
          { account: 'sales', currency, amount: -amount },
        ],
      };
    }
    // While it is pending the money may have moved. It is booked when that is known.
    case 'pending':
    case 'failed':
      return null;
  }
}

function reversalOf({ entryId, provider, accountName, postings }: Standing, event: CaptureEvent): Entry {
  const { eventId, captureId, occurredAt } = event;
  return {
    entryId: `${eventId}:reversal`,
    captureId,
    eventId,
    kind: 'reversal',
    reverses: entryId,
    provider,
    accountName,
    occurredAt,
    postings: postings.map((posting) => ({ ...posting, amount: -posting.amount })),
  };
}
