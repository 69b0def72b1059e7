import type { Assumption } from '../capture/assumption.js';
import type { Capture } from '../capture/capture.js';
import type { BatchedStore } from './batched-store.js';

/**
 * How long whoever assumes that a capture was sent has to fold that, in ms. Then its lapse is due, which comes to the same: so nothing is
 * lost if they die.
 */
export const ASSUMED_LAPSE_MS = 5_000;

/** What a claim is made of that isn't sent, because it may have been sent before. */
export function assumedClaim(assumed: Assumption): {
  readonly start: null;
  readonly dueInMs: number;
  readonly assumed: Assumption;
} {
  return { start: null, dueInMs: ASSUMED_LAPSE_MS, assumed };
}

/** Folds what was claimed so: it is pending then, subscribers are told, and its provider is asked. */
export async function foldAssumed(
  { captureId }: Capture,
  { store }: { readonly store: Pick<BatchedStore, 'record'> },
): Promise<Capture | null> {
  return store.record({ captureId, pieces: [] });
}
