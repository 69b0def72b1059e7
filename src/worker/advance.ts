import type { Capture } from '../capture/capture.js';
import { canBeAsked } from '../capture/capture.js';
import { evidenceIdOf } from '../capture/ids.js';
import { idsOf } from '../log.js';
import type { DueCapture } from '../ports/store.js';
import { inquire } from './inquire.js';
import type { Pass } from './gate/account-gate.js';
import type { SchedulerOptions } from './scheduler.js';
import type { SendingAccount } from './send.js';
import { leaseFor, send } from './send.js';

/**
 * What becomes of a capture that is due.
 *
 * - One to **send** is started and sent.
 * - One whose lease may have **lapsed** without an answer is recorded as such, which makes it pending.
 * - One to **inquire** about is sent again if its evidence licenses that. Otherwise its provider is asked. PayerMax can't be: it is sent
 *   again as a question, or left until that is due.
 *
 * Nothing is sent or asked while its account's gate is not open, but for one try now and then. Nothing is sent while its account is paused,
 * which the store sees to; what is known of it here only spares the trouble. It stays taken then, and falls due again.
 */
export async function advance(
  { action, capture, takenAt, paused }: DueCapture,
  options: SchedulerOptions,
): Promise<void> {
  if (action === 'lapse') {
    await recordLapse(capture, options);
    return;
  }
  const account = accountOf(capture, options);
  if (account === null) {
    await lookAgain(capture, options);
    return;
  }
  if (paused && action === 'send') {
    await lookAgain(capture, options);
    return;
  }
  const entry = await account.gate.enter('due');
  if (!entry.entered) {
    await lookAgain(capture, options);
    return;
  }
  const { probe } = entry;
  let use: 'called' | 'uncalled' = 'called';
  try {
    if (options.closing.aborted) return;
    const isSent =
      !paused &&
      mayBeLicensed(capture, takenAt, options) &&
      (await startAndSend(capture, account, entry, options));
    const isAsked = !isSent && action === 'inquire' && canBeAsked(capture);
    if (isAsked) await inquire({ capture, takenAt, probe }, account, options);
    if (!isSent && !isAsked) use = 'uncalled';
  } finally {
    entry.leave(use);
  }
}

/** The account that a capture is made through; null, and told, if it isn't configured here. */
function accountOf(capture: Capture, { accounts, log }: SchedulerOptions): SendingAccount | null {
  const account = accounts.get(capture.account);
  // The name alone doesn't do: an account may have become another merchant's since the claim.
  if (account?.merchantId === capture.merchantId && account.rules.provider === capture.provider)
    return account;
  log.error(
    { ...idsOf(capture), account: capture.account },
    `a capture belongs to account ${capture.account}, merchant ${capture.merchantId}, which is not configured; it waits`,
  );
  return null;
}

/** Spares the store a look at captures that can't have a licence yet: the store decides. */
function mayBeLicensed(
  { status, provider, leaseUntil }: Capture,
  takenAt: Date,
  { quietPeriodMs }: SchedulerOptions,
): boolean {
  switch (status.state) {
    case 'planned':
      return true;
    case 'pending':
      return (
        !canBeAsked({ provider }) ||
        (leaseUntil !== null && takenAt.getTime() > leaseUntil.getTime() + quietPeriodMs)
      );
    case 'sending':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return false;
  }
}

/** False if there was no licence to send. */
async function startAndSend(
  capture: Capture,
  account: SendingAccount,
  pass: Pass,
  options: SchedulerOptions,
): Promise<boolean> {
  const { store, clock, worker, leaseMarginMs } = options;
  const leaseMs = leaseFor(account.client.timeoutMs, leaseMarginMs);
  const leasedAt = clock.monotonic();
  const begun = await store.start({ captureId: capture.captureId, leaseMs, worker });
  if (begun === null) return false;
  await send({ capture: begun, leaseMs, leasedAt, pass }, account, options);
  return true;
}

/**
 * A capture that can't be sent or asked about now stays taken, and falls due again by the passing of time. It is folded, without new
 * evidence, only when subscribers are to be told that it wasn't sent, or a person that no inquiry settles what contradicts its outcome:
 * thousands may wait so, and each fold is a write.
 */
async function lookAgain(
  capture: Capture,
  { store, clock, announceUnsentAfterMs }: SchedulerOptions,
): Promise<void> {
  const age = clock.now().getTime() - capture.createdAt.getTime();
  const isUntold = capture.status.state === 'planned' && capture.announced === null;
  const waitsForInquiry = capture.contradictedAt !== null && capture.review === null;
  if (!(isUntold && age >= announceUnsentAfterMs) && !waitsForInquiry) return;
  await store.record({ captureId: capture.captureId, pieces: [] });
}

/** The answer to the attempt under way never came, and nobody may wait for it any longer. */
async function recordLapse(capture: Capture, { store, clock, observer }: SchedulerOptions): Promise<void> {
  const { captureId, status } = capture;
  if (status.state !== 'sending') return;
  const settled = await store.record({
    captureId,
    pieces: [
      {
        evidenceId: evidenceIdOf(captureId, `attempt:${String(status.attempt)}:lapsed`),
        kind: 'capture_response',
        attempt: status.attempt,
        at: clock.now(),
        finding: { is: 'lapsed' },
        providerCode: null,
        providerMessage: 'no answer was recorded before the lease ran out',
        raw: null,
      },
    ],
  });
  if (settled !== null) observer.state(settled, settled.status.state);
}
