import type { Logger } from 'pino';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import { hasCode } from '../errors.js';
import { idsOf } from '../log.js';
import type { Observer } from '../ports/observer.js';
import type { Answer } from '../ports/provider.js';
import type { BatchedStore } from './batched-store.js';
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

/** Tells the account's gate what was answered, and people if that holds or releases the account. */
export function noteAccount(
  capture: Capture,
  { name, gate }: SendingAccount,
  answer: Answer,
  { observer, log }: Pick<AnswerOptions, 'observer' | 'log'>,
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
 * Records an answer. Should the store refuse its texts, the finding is recorded without them: what happened to the money must not be
 * lost for the sake of a message.
 */
export async function recordAnswer(
  capture: Capture,
  evidence: Evidence,
  { store, log }: Pick<AnswerOptions, 'store' | 'log'>,
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
