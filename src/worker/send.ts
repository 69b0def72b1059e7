import type { Logger } from 'pino';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import { evidenceIdOf } from '../capture/ids.js';
import { hasCode } from '../errors.js';
import { idsOf } from '../log.js';
import type { Clock } from '../ports/clock.js';
import type { Observer } from '../ports/observer.js';
import type { Account, Answer } from '../ports/provider.js';
import type { AccountGate } from './account-gate.js';
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
  /** Sent to see whether a held account was mended. */
  readonly probe: boolean;
  /** The monotonic time before the statement that leased it was issued: the lease can't have begun earlier. */
  readonly leasedAt: number;
}

/**
 * Makes one started attempt: calls the provider if the lease still covers the call, and records what came of it. Resolves when the
 * evidence is durable, with the capture as it stands then.
 */
export async function send(
  { capture, leaseMs, leasedAt, probe }: LeasedAttempt,
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
  const ofTheCapture = !probe && account.gate.blames(capture.captureId);
  noteAccount(capture, account, answer, options);
  const settled = await record(
    capture,
    evidenceOf(capture, ofTheCapture ? answer : asProbe(answer)),
    options,
  );
  if (settled !== null) noteState(capture, settled, options);
  return settled;
}

function noteState(before: Capture, settled: Capture, { observer, log }: SendOptions): void {
  observer.state(settled, settled.status.state);
  if (settled.review === null || settled.review === before.review) return;
  log.error(
    { ...idsOf(settled), review: settled.review },
    'a person must look at this capture; nothing is sent for it meanwhile',
  );
}

function noteAccount(
  capture: Capture,
  { name, gate }: SendingAccount,
  answer: Answer,
  { observer, log }: SendOptions,
): void {
  if (answer.finding.is === 'account_fault') {
    log.warn(
      { ...idsOf(capture), account: name, providerCode: answer.providerCode },
      `the provider refuses account ${name}: check its credentials there and here`,
    );
  }
  const change = gate.answered(capture.captureId, answer.finding.is);
  if (change === 'unchanged') return;
  observer.held(name, change === 'held');
  if (change === 'held') {
    log.error(
      { account: name, providerCode: answer.providerCode },
      `account ${name} is held: the provider refuses its credentials; captures wait until it is mended`,
    );
  } else {
    log.info({ account: name }, `account ${name} is no longer held`);
  }
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

/**
 * Records an answer. Should the store refuse its texts, the finding is recorded without them: what happened to the money must not be
 * lost for the sake of a message.
 */
async function record(
  capture: Capture,
  evidence: Evidence,
  { store, log }: SendOptions,
): Promise<Capture | null> {
  const { captureId } = capture;
  try {
    return await store.record({ captureId, pieces: [evidence] });
  } catch (error) {
    if (!hasCode(error, 'STORE_REFUSED_DATA')) {
      // The last trace of what the provider said, should this process end now.
      log.fatal(
        { ...idsOf(capture), finding: evidence.finding, providerCode: evidence.providerCode, err: error },
        'an answer could not be recorded',
      );
      throw error;
    }
    log.error(
      { captureId, err: error },
      'the answer holds data that the store refuses; it is recorded without its texts',
    );
    const bare = { ...evidence, providerCode: null, providerMessage: null, raw: null };
    return await store.record({ captureId, pieces: [bare] });
  }
}
