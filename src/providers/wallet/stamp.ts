import type { CallSpan } from '../answers.js';
import type { Authenticity } from '../rsa.js';

/** What ties an answer to the moment of a call. */
export interface Stamp {
  /** The time of the answer by the wallet's clock; null unless it is signed and can be read. */
  readonly at: Date | null;
  /** Whether the answer can have been made while the call was under way. */
  readonly isOfThisCall: boolean;
}

/**
 * How far apart the wallet's clock and ours may be, in ms. Clocks that are kept differ by less than a second; five minutes is what
 * protocols with signed times commonly grant (and the sandbox's wallet does), so a worker whose clock is further off can't count on
 * having its requests accepted either. Wider would only give an answer more time in which it could be used again.
 */
export const CLOCK_DIFFERENCE_MS = 5 * 60_000;

/**
 * Stamps an answer by the time that its signature covers. An unsigned answer has no such time. Where an account believes those, the
 * connection alone vouches for them, and it says which call they answer just as well as what they say.
 */
export function stampOf(authenticity: Authenticity, signedTime: Date | null, span: CallSpan): Stamp {
  if (authenticity !== 'verified') return { at: null, isOfThisCall: authenticity === 'unsigned' };
  return { at: signedTime, isOfThisCall: signedTime !== null && isNear(signedTime, span) };
}

/** From when the call began to when its answer had arrived, give or take the difference between the clocks. */
function isNear(time: Date, { began, ended }: CallSpan): boolean {
  return (
    time.getTime() >= began.getTime() - CLOCK_DIFFERENCE_MS &&
    time.getTime() <= ended.getTime() + CLOCK_DIFFERENCE_MS
  );
}
