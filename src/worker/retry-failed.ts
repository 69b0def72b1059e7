import type { Logger } from 'pino';
import { evidenceIdOf } from '../capture/ids.js';
import type { Standing } from '../capture/operator.js';
import { isChanged, refusalIfChanged } from '../capture/operator.js';
import type { Amended, RetryPolicy } from '../capture/retry.js';
import { refusalToRetry, retry } from '../capture/retry.js';
import type { Clock } from '../ports/clock.js';
import type { Acted, CaptureAction, Change, OperatorStore } from '../ports/operator.js';
import { inquire } from './inquire.js';
import type { SendingAccount } from './send.js';

export interface RetryOptions {
  readonly operators: OperatorStore;
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

/** How it ended: as any action, or with what the provider said when it was asked first, if that settled the capture or sent it to review. */
export type Retried = Acted | { readonly settled: Change };

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
  const refusal =
    refusalIfChanged(before, withAlike(seen, before, null)) ??
    refusalToRetry(before, policy, { unverifiable: false });
  if (refusal !== null) return refusal;
  const asked = await ask(before, account, wish, options);
  if (asked === null) return null;
  if ('settled' in asked) return asked;
  const { inquiryId } = asked;
  return operators.act(action, (standing) =>
    retry(standing, { actionId, seen: withAlike(before, standing, inquiryId), inquiryId, amended }, policy),
  );
}

/** What was seen, and of what came since our own inquiry and others that say what ours must say: they are no reason to look again. */
function withAlike(seen: Standing, { evidence }: Standing, inquiryId: string | null): Standing {
  const known = new Set(seen.evidence.map(({ evidenceId }) => evidenceId));
  const alike = evidence.filter(
    ({ evidenceId, kind, finding }) =>
      !known.has(evidenceId) &&
      (evidenceId === inquiryId || (kind === 'inquiry' && finding.is === 'authorised')),
  );
  return { ...seen, evidence: [...seen.evidence, ...alike] };
}

async function ask(
  { capture, now }: Standing,
  account: SendingAccount,
  { action }: RetryWish,
  { operators, clock, log }: RetryOptions,
): Promise<{ readonly settled: Change } | { readonly inquiryId: string } | null> {
  const heard: { change: Change | null } = { change: null };
  await inquire({ capture, takenAt: now, probe: false }, account, {
    store: {
      record: async ({ pieces }) => {
        heard.change = await operators.hear(action, pieces);
        return heard.change?.after ?? null;
      },
    },
    clock,
    log,
    observer: { inquiry: () => undefined, state: () => undefined, held: () => undefined },
    // So that the evidence can be told among all others.
    newId: () => action.actionId,
  });
  const { change } = heard;
  if (change === null) return null;
  if (isChanged(change)) return { settled: change };
  return { inquiryId: evidenceIdOf(capture.captureId, `inquiry:${action.actionId}`) };
}
