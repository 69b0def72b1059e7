import type { Logger } from 'pino';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import { hasCode } from '../errors.js';
import { idsOf } from '../log.js';
import type { Observer } from '../ports/observer.js';
import type { Answer } from '../ports/provider.js';
import type { FreshClaim } from '../ports/store.js';
import type { BatchedStore } from './batched-store.js';
import { healthOf } from './gate/health.js';
import type { SendingAccount } from './send.js';

/** What it takes to record an answer and to tell of it. */
export interface AnswerOptions {
  readonly store: Pick<BatchedStore, 'record'>;
  readonly observer: Pick<Observer, 'state' | 'held'>;
  readonly log: Logger;
}

/** Tells of the state that an answer brought, and of a capture that a person must look at. */
export function noteState(
  before: Capture,
  settled: Capture,
  { observer, log }: Pick<AnswerOptions, 'observer' | 'log'>,
): void {
  observer.state(settled, settled.status.state);
  if (settled.review === null || settled.review === before.review) return;
  log.error(
    { ...idsOf(settled), review: settled.review },
    'a person must look at this capture; nothing is sent for it meanwhile',
  );
}

/** An answer, and what it answered. */
export interface Answered {
  readonly capture: Capture;
  readonly answer: Answer;
  readonly call: 'capture' | 'inquiry';
  readonly probe: boolean;
}

/** Tells the account's gate what was answered, and people if that opens or closes it. */
export function noteAccount(
  { capture, answer, call, probe }: Answered,
  { name, gate }: SendingAccount,
  { observer, log }: Pick<AnswerOptions, 'observer' | 'log'>,
): void {
  const { finding, providerCode, providerMessage, retryAfterMs } = answer;
  if (finding.is === 'account_fault') {
    log.warn(
      { ...idsOf(capture), account: name, providerCode },
      `the provider refuses account ${name}: check its credentials there and here`,
    );
  }
  const { captureId } = capture;
  const told = { captureId, probe, finding: finding.is, health: healthOf(answer, call), retryAfterMs };
  for (const change of gate.answered(told)) {
    switch (change) {
      case 'held':
        observer.held(name, true);
        log.error(
          { account: name, providerCode },
          `account ${name} is held: the provider refuses its credentials; captures wait until it is mended`,
        );
        break;
      case 'released':
        observer.held(name, false);
        log.info({ account: name }, `account ${name} is no longer held`);
        break;
      case 'broken':
        log.error(
          { account: name, class: finding.is, providerMessage },
          `account ${name} is broken: too many calls fail for its provider's sake; captures wait, and single ones are tried`,
        );
        break;
      case 'mended':
        log.info({ account: name }, `account ${name} works again: captures are sent as before`);
        break;
      case 'told_to_wait':
        log.warn(
          { account: name, ms: retryAfterMs },
          `account ${name} is left alone for a while: its provider asks for it`,
        );
        break;
    }
  }
}

/**
 * Records an answer. Should the store refuse its texts, the finding is recorded without them: what happened to the money must not be
 * lost for the sake of a message.
 */
export async function recordAnswer(
  capture: Capture,
  evidence: Evidence,
  { store, log }: Pick<AnswerOptions, 'store' | 'log'>,
  fresh?: FreshClaim,
): Promise<Capture | null> {
  const { captureId } = capture;
  try {
    return await store.record({ captureId, pieces: [evidence], ...(fresh && { fresh }) });
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
