import type { Capture } from './capture.js';
import { canBeAsked, isFinal } from './capture.js';
import { isQuiet } from './doubt.js';
import type { Evidence } from './evidence.js';
import type { LicencePolicy } from './licence.js';
import type { Act, Decided, Refusal, Standing } from './operator.js';
import { refusalIfChanged, refuse, standingWords, word } from './operator.js';
import { isRenamable, nextGeneration } from './state-machine.js';

/**
 * An operator's wish that a failed capture be sent anew, under the next request id.
 *
 * The next id is another request to the provider, so what keeps it from moving money twice is that the first moved none and never will.
 * That needs more than our own word that it failed: the wallet and YabandPay are asked, when nothing that was sent can be on its way any
 * more, and must show the payment authorised; their rule of one capture for each payment fences the rest. PayerMax can't be asked. What
 * its documents say of a second request is the same rule; what it does with one they don't say. So there it takes the operator's word that
 * nothing was captured.
 */

export type RetryPolicy = Pick<LicencePolicy, 'quietPeriodMs'>;

/** What may be sent in place of what was refused: the same for another amount. */
export type Amended = Pick<Capture, 'money' | 'body'>;

export interface RetryDecided extends Decided {
  /** The operator's own inquiry; null for PayerMax. */
  readonly inquiryId: string | null;
  /** Null sends what was sent before. */
  readonly amended: Amended | null;
}

/** An inquiry tells how things were when it began: one that is older than this, in ms, is made again. */
const FRESH_MS = 60_000;

/** Why a capture can't be sent anew now, before the provider is asked; null if it can be. */
export function refusalToRetry(
  { capture, now }: Standing,
  { quietPeriodMs }: RetryPolicy,
  { unverifiable }: { readonly unverifiable: boolean },
): Refusal | null {
  const unfit = refusalByState(capture);
  if (unfit !== null) return unfit;
  if (!canBeAsked(capture) && !unverifiable)
    return refuse(
      'PayerMax tells nothing of captures when it is asked, so nobody here can make sure that its first request moved no money. ' +
        'Make sure in its dashboard, then say so with --unverifiable',
    );
  if (canBeAsked(capture) && unverifiable)
    return refuse(`--unverifiable is for PayerMax alone: ${capture.provider} can be asked. Leave it out`);
  const { leaseUntil } = capture;
  const quietFrom = leaseUntil === null ? null : new Date(leaseUntil.getTime() + quietPeriodMs);
  if (quietFrom !== null && now <= quietFrom)
    return refuse(`its last request may still be on its way. Try again after ${quietFrom.toISOString()}`);
  if (!isRenamable(capture))
    return refuse(
      'its stored request names its id in more than one place, so it has no next one. Have a new payment authorised',
    );
  return null;
}

/** The decision under the lock. */
export function retry(standing: Standing, decided: RetryDecided, policy: RetryPolicy): Act | Refusal {
  const { capture } = standing;
  const { amended, actionId, seen } = decided;
  const unfit =
    refusalIfChanged(standing, seen) ??
    refusalToRetry(standing, policy, { unverifiable: decided.inquiryId === null }) ??
    (decided.inquiryId === null ? null : refusalByInquiry(standing, decided.inquiryId, policy)) ??
    (amended === null ? null : refusalOfAmount(capture, amended));
  if (unfit !== null) return unfit;
  return {
    piece: {
      ...word(standing, actionId, { is: 'retried' }),
      attempt: capture.attempts === 0 ? null : capture.attempts,
    },
    capture: underNextId(amended === null ? capture : { ...capture, ...amended }),
    becomes: 'planned',
    otherwise: refuse(
      'something that is known of it says that money moved, which no retry undoes. Look at it with `captures show`, and say what became of it with `captures resolve`',
    ),
  };
}

/**
 * From now on all that is said of the ids before is of another request. One that nothing was sent under, since an earlier retry, is still the
 * next one.
 */
function underNextId(capture: Capture): Capture {
  return capture.attempts > capture.attemptsBefore ? nextGeneration(capture) : capture;
}

/** Why another amount can't be asked for; null if it can. */
export function refusalOfAmount(
  { authorisedAmount }: Pick<Capture, 'authorisedAmount'>,
  { money }: Pick<Amended, 'money'>,
): Refusal | null {
  if (money.amount <= 0n) return refuse('--amount: it must be above 0 minor units');
  if (money.amount > authorisedAmount)
    return refuse(
      `--amount: ${money.amount.toString()} minor units are more than the ${authorisedAmount.toString()} that were authorised. Capture at most those`,
    );
  return null;
}

/** Why the order's other captures forbid it, unless an operator says otherwise: the customer may have paid by one of them. */
export function refusalByOthers(others: readonly Capture[]): Refusal | null {
  const paying = others.filter(mayPay);
  if (paying.length === 0) return null;
  const named = paying.map((other) => `${other.captureId} (${standingWords(other)})`).join(', ');
  return refuse(
    `its order has ${paying.length === 1 ? 'another capture' : 'other captures'} by which it is or may be paid: ${named}. ` +
      'If the customer owes this one too, say so with --despite-other-captures',
  );
}

function mayPay({ status, review, contradictedAt }: Capture): boolean {
  return !isFinal(status) || status.state === 'succeeded' || review !== null || contradictedAt !== null;
}

function refusalByState(capture: Capture): Refusal | null {
  switch (capture.status.state) {
    case 'failed':
      break;
    case 'planned':
      return refuse(
        capture.review === null
          ? "it is planned, so it is sent when it is due. If it isn't, see with `accounts list` whether its account is paused"
          : `it is ${standingWords(capture)}, and isn't sent meanwhile. Once that is mended, \`captures resolve --failed\` and then \`captures retry\` have it sent`,
      );
    case 'sending':
    case 'pending':
      return refuse(
        `it is ${standingWords(capture)}: nobody knows yet whether the money moved, and it is sent again by itself if that is safe. ` +
          'Ask with `captures inquire`',
      );
    case 'succeeded':
      return refuse('it has succeeded, and a payment is captured once');
    case 'cancelled':
      return refuse('it was given up for good. Have a new payment authorised');
  }
  if (capture.review === null && capture.contradictedAt === null) return null;
  return refuse(
    `it is ${standingWords(capture)}: that it failed is in doubt. Settle that with \`captures inquire\` or \`captures resolve\` first`,
  );
}

function refusalByInquiry(
  { capture, evidence, now }: Standing,
  inquiryId: string,
  { quietPeriodMs }: RetryPolicy,
): Refusal | null {
  const inquiry = evidence.find(({ evidenceId }) => evidenceId === inquiryId);
  if (inquiry === undefined || !isQuiet(inquiry, capture, quietPeriodMs))
    return refuse('the inquiry does not cover all that was sent. Try again');
  if (inquiry.finding.is !== 'authorised')
    return refuse(
      `the provider doesn't show the payment as authorised and uncaptured, but says ${saidBy(inquiry)}. Nothing is sent`,
    );
  if (now.getTime() - inquiry.at.getTime() > FRESH_MS)
    return refuse('the inquiry was made too long ago to rely on. Try again');
  return null;
}

function saidBy({ finding, providerCode }: Evidence): string {
  const category = 'category' in finding ? ` (${finding.category})` : '';
  const code = providerCode === null ? '' : `, code ${providerCode}`;
  return `${finding.is.replaceAll('_', ' ')}${category}${code}`;
}
