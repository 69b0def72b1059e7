import type { Logger } from 'pino';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import { evidenceIdOf } from '../capture/ids.js';
import { idsOf } from '../log.js';
import type { Clock } from '../ports/clock.js';
import type { Observer } from '../ports/observer.js';
import type { Account, Answer } from '../ports/provider.js';
import type { FreshClaim } from '../ports/store.js';
import type { AccountGate, Pass } from './gate/account-gate.js';
import { noteAccount, noteState, recordAnswer } from './answered.js';
import type { BatchedStore } from './batched-store.js';

/**
 * What a lease must cover beyond the call itself, in ms: the last look at the clock and the first byte are not the same moment.
 */
export const LEASE_RESERVE_MS = 5_000;

/** How long to lease one call of an account: its timeout, the reserve, and the margin in which it may still begin. All in ms. */
export function leaseFor(timeoutMs: number, marginMs: number): number {
  return timeoutMs + LEASE_RESERVE_MS + marginMs;
}

/** An account with its gate: all that sending needs to know of it. */
export interface SendingAccount extends Account {
  readonly gate: AccountGate;
}

export interface SendOptions {
  readonly store: BatchedStore;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly log: Logger;
}

/** An attempt that the store has started for us. */
export interface LeasedAttempt {
  readonly capture: Capture;
  readonly leaseMs: number;
  /** How it came through the account's gate. Its place is given back as soon as the provider has answered: recording needs none. */
  readonly pass: Pick<Pass, 'probe' | 'leave'>;
  /** The monotonic time before the statement that leased it was issued: the lease can't have begun earlier. */
  readonly leasedAt: number;
}

/**
 * Makes one started attempt: calls the provider if the lease still covers the call, and records what came of it. Resolves when the
 * evidence is durable, with the capture as it stands then.
 */
export async function send(
  { capture, leaseMs, leasedAt, pass }: LeasedAttempt,
  account: SendingAccount,
  options: SendOptions,
): Promise<Capture | null> {
  const { clock, observer, log } = options;
  const begun = clock.monotonic();
  const answer = await account.client.capture({
    requestId: capture.requestId,
    captureReference: capture.captureReference,
    body: capture.body,
    money: capture.money,
    mayWrite: () => clock.monotonic() - leasedAt + account.client.timeoutMs + LEASE_RESERVE_MS <= leaseMs,
  });
  const tookMs = clock.monotonic() - begun;
  observer.attempt(capture, answer.finding.is, tookMs);
  log.debug(
    { ...idsOf(capture), attempt: capture.attempts, class: answer.finding.is, ms: Math.round(tookMs) },
    'an attempt was answered',
  );
  const { probe } = pass;
  const ofTheCapture = !probe && account.gate.blames(capture.captureId);
  noteAccount({ capture, answer, call: 'capture', probe }, account, options);
  pass.leave('called');
  const settled = await recordAnswer(
    capture,
    evidenceOf(capture, ofTheCapture ? answer : asProbe(answer)),
    options,
    freshClaim({ capture, leaseMs, leasedAt }, clock.monotonic()),
  );
  if (settled !== null) noteState(capture, settled, options);
  return settled;
}

/** What the store needn't read again after a first attempt. The lease began at the database's time, and leasedAt is when that was by ours. */
function freshClaim(
  { capture, leaseMs, leasedAt }: Omit<LeasedAttempt, 'pass'>,
  monotonic: number,
): FreshClaim | undefined {
  if (capture.attempts !== 1 || capture.leaseUntil === null) return undefined;
  return { capture, now: new Date(capture.leaseUntil.getTime() - leaseMs + (monotonic - leasedAt)) };
}

/**
 * A refused probe, or a refusal while nothing shows that the account is good, is the account's doing: it doesn't count among the tries after
 * which a capture waits for a person. So captures wait for an account to be mended, however long that takes.
 */
function asProbe(answer: Answer): Answer {
  return answer.finding.is === 'account_fault' ? { ...answer, finding: { is: 'probe_refused' } } : answer;
}

function evidenceOf(capture: Capture, answer: Answer): Evidence {
  return {
    evidenceId: evidenceIdOf(capture.captureId, `attempt:${String(capture.attempts)}:answer`),
    kind: 'capture_response',
    attempt: capture.attempts,
    at: answer.at,
    finding: answer.finding,
    providerCode: answer.providerCode,
    providerMessage: answer.providerMessage,
    raw: answer.raw,
  };
}
