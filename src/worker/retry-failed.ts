import type { Logger } from 'pino';
import type { Capture } from '../capture/capture.js';
import { evidenceIdOf } from '../capture/ids.js';
import type { Standing } from '../capture/operator.js';
import { refusalIfChanged } from '../capture/operator.js';
import type { Amended, RetryPolicy } from '../capture/retry.js';
import { refusalToRetry, retry } from '../capture/retry.js';
import type { Clock } from '../ports/clock.js';
import type { Acted, CaptureAction, OperatorStore } from '../ports/operator.js';
import type { BatchedStore } from './batched-store.js';
import { inquire } from './inquire.js';
import type { SendingAccount } from './send.js';

export interface RetryOptions {
  readonly operators: OperatorStore;
  readonly store: Pick<BatchedStore, 'record'>;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RetryWish {
  readonly action: CaptureAction;
  /** As the operator saw it. */
  readonly seen: Standing;
  readonly amended: Amended | null;
  /** Null takes the operator's word that nothing was captured, where the provider can't be asked. */
  readonly account: SendingAccount | null;
}

/** How it ended: as any action, or with another outcome than failed, by what the provider said first. */
export type Retried = Acted | { readonly settled: Capture };

/**
 * Has a failed capture sent anew, once its provider was asked and shows the payment uncaptured; a worker sends it. What the provider says is
 * recorded and folded as any inquiry, so a capture that was made after all becomes succeeded, and isn't sent. Null if it doesn't exist.
 */
export async function retryFailed(wish: RetryWish, options: RetryOptions): Promise<Retried | null> {
  const { action, seen, amended, account } = wish;
  const { operators, policy } = options;
  const { actionId, captureId } = action;
  if (account === null)
    return operators.act(action, (standing) =>
      retry(standing, { actionId, seen, inquiryId: null, amended }, policy),
    );
  const before = await operators.standing(captureId);
  if (before === null) return null;
  const refusal = refusalIfChanged(before, seen) ?? refusalToRetry(before, policy, { unverifiable: false });
  if (refusal !== null) return refusal;
  const asked = await ask(before, account, wish, options);
  if (asked === null) return null;
  if ('settled' in asked) return asked;
  const { inquiryId } = asked;
  return operators.act(action, (standing) => {
    // Nothing but our own inquiry may have come since.
    const own = standing.evidence.filter(({ evidenceId }) => evidenceId === inquiryId);
    const known = { ...before, evidence: [...before.evidence, ...own] };
    return retry(standing, { actionId, seen: known, inquiryId, amended }, policy);
  });
}

async function ask(
  { capture, now }: Standing,
  account: SendingAccount,
  { action: { actionId } }: RetryWish,
  options: RetryOptions,
): Promise<{ readonly settled: Capture } | { readonly inquiryId: string } | null> {
  const settled = await inquire({ capture, takenAt: now }, account, {
    ...options,
    observer: { inquiry: () => undefined, state: () => undefined, held: () => undefined },
    // So that the evidence can be told among all others.
    newId: () => actionId,
  });
  if (settled === null) return null;
  if (settled.status.state !== 'failed') return { settled };
  return { inquiryId: evidenceIdOf(capture.captureId, `inquiry:${actionId}`) };
}
