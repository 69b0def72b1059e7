import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { ProviderName } from '../capture/capture.js';
import type { ClaimKey } from '../capture/ids.js';
import { captureIdOf, requestIdOf } from '../capture/ids.js';
import type { NotificationSays } from '../ports/notification.js';
import type { HttpHeaders } from './http-exchange.js';
import { forPeople } from './text.js';

/** A notification as it came in, before anybody knows who sent it. */
export interface ReceivedNotification {
  readonly method: string;
  /** Path and query as the request line has them. */
  readonly path: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

/** What a notification says, once its signature held. Texts are storable, and not empty where they aren't null. */
export interface Notice {
  /** What the provider captures by, normalised as the claim's is. */
  readonly captureReference: string;
  readonly says: NotificationSays;
  /** The request that it is about; null if it names none. */
  readonly requestId: string | null;
  /** The provider's time of what it says; null if it names none. */
  readonly at: Date | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
}

/**
 * What became of reading a notification.
 *
 * - `verified`: it is the provider's.
 * - `out_of_window`: it was signed by the provider, and its clock is too far from ours for it to decide anything. It says `hint`.
 * - `ignored`: it is the provider's and about something that is no business of captures.
 * - `refused`: it can't be shown to be the provider's, for this account (`unauthenticated`), or is and doesn't say which payment it is about
 *   (`unreadable`).
 */
export type NotificationReading =
  | {
      readonly is: 'verified' | 'out_of_window';
      readonly notice: Notice;
      /** What makes it the same again, where the body doesn't: one signature can hold for many bodies. */
      readonly identity?: Uint8Array;
    }
  | { readonly is: 'ignored'; readonly about: string }
  | {
      readonly is: 'refused';
      readonly reason: 'unauthenticated' | 'unreadable';
      /** For people; holds nothing of what was received. */
      readonly because: string;
    };

/** What a provider is answered. */
export interface NotifyReply {
  readonly contentType: string;
  readonly body: string;
}

/** Reads the notifications of one account. Pure: never throws, whatever was received. */
export interface NotificationReader {
  read(received: ReceivedNotification, now: Date): NotificationReading;
  /** `taken` tells the provider that it needn't come again, `refused` that it should. */
  readonly replies: { readonly taken: NotifyReply; readonly refused: NotifyReply };
}

/** What the reader of every account needs. */
export interface NotificationTrust {
  /** The keys that a signature may be of: the current one first, then those before or after it while keys are changed. */
  readonly keys: readonly KeyObject[];
  /** How far the provider's clock may be from ours, in ms. */
  readonly windowMs: number;
}

export const HINT: NotificationSays = { is: 'hint' };

export function refused(reason: 'unauthenticated' | 'unreadable', because: string): NotificationReading {
  return { is: 'refused', reason, because };
}

/** The same notice as a hint: what it decided is left out, what people read stays. */
export function asHint(notice: Notice): Notice {
  return { ...notice, says: HINT };
}

/**
 * A notice held against the claim that it is about. A refusal counts for the request that it names and for no other, so it must name one of
 * ours; our ids derive from the claim, so that can be told here. Which of them is under way by now, only the capture knows.
 */
export function heldAgainst(notice: Notice, claim: Omit<ClaimKey, 'captureReference'>): Notice {
  const { captureReference, says, requestId } = notice;
  if (says.is !== 'declined') return notice;
  const captureId = captureIdOf({ ...claim, captureReference });
  const isOurs = GENERATIONS.some((generation) => requestIdOf(captureId, generation) === requestId);
  return isOurs && requestId !== null ? { ...notice, says: { ...says, requestId } } : asHint(notice);
}

/** More than any operator has a capture sent anew. */
const GENERATIONS = Array.from({ length: 32 }, (_, index) => index + 1);

/** A provider's words in a notice: an empty text is none. */
export function wordsOf(text: string | null): string | null {
  return text === null || text === '' ? null : forPeople(text);
}

/** Whether a time is later than ours by more than the clocks may differ. */
export function isAhead(time: Date, now: Date, windowMs: number): boolean {
  return time.getTime() > now.getTime() + windowMs;
}

/**
 * The id of a notification: SHA-256, in hexadecimal, of provider, merchant and its identity, which is the body unless its reader says
 * otherwise; so the same again is the same. One that came out of its window is another than the same in time: else it would stand in the
 * way of the one that decides.
 */
export function notificationIdOf(
  from: { readonly provider: ProviderName; readonly merchantId: string },
  identity: Uint8Array,
  is: 'verified' | 'out_of_window',
): string {
  const digest = createHash('sha256');
  // Each part after its length, so that no two lists of parts look alike.
  for (const part of [from.provider, from.merchantId, ...(is === 'verified' ? [] : [is])])
    digest.update(`${String(Buffer.byteLength(part))}:${part}`);
  return digest
    .update(`${String(identity.byteLength)}:`)
    .update(identity)
    .digest('hex');
}
