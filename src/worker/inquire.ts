import type { Capture } from '../capture/capture.js';
import { isFinal } from '../capture/capture.js';
import { evidenceIdOf } from '../capture/ids.js';
import { idsOf } from '../log.js';
import type { Clock } from '../ports/clock.js';
import type { NewId } from '../ports/ids.js';
import type { Observer } from '../ports/observer.js';
import type { AnswerOptions } from './answered.js';
import { noteAccount, noteState, recordAnswer } from './answered.js';
import type { SendingAccount } from './send.js';

export interface InquireOptions extends AnswerOptions {
  readonly clock: Clock;
  readonly observer: Pick<Observer, 'inquiry' | 'state' | 'held'>;
  readonly newId: NewId;
}

/** A capture to ask about, the database's time before asking, and whether that is to see whether its account works again. */
export interface AskedAbout {
  readonly capture: Capture;
  readonly takenAt: Date;
  readonly probe: boolean;
}

/**
 * Asks the provider what became of a capture and records what it says; resolves when that is durable.
 *
 * What it says counts as of `takenAt`: what we sent before that is covered by it, and what we send later isn't. It is the database's time,
 * as that of leases is, for a worker's clock may be wrong by more than the time that a request stays in doubt.
 */
export async function inquire(
  { capture, takenAt, probe }: AskedAbout,
  account: SendingAccount,
  options: InquireOptions,
): Promise<Capture | null> {
  const { clock, observer, log, newId } = options;
  const { captureId, paymentId, captureReference, requestId, money, authorisedAmount } = capture;
  const begun = clock.monotonic();
  const answer = await account.client.inquire({
    paymentId,
    captureReference,
    requestId,
    money,
    authorisedAmount,
  });
  const tookMs = clock.monotonic() - begun;
  observer.inquiry(capture, answer.finding.is, tookMs);
  log.debug(
    { ...idsOf(capture), class: answer.finding.is, ms: Math.round(tookMs) },
    'an inquiry was answered',
  );
  noteAccount({ capture, answer, call: 'inquiry', probe }, account, options);
  const settled = await recordAnswer(
    capture,
    {
      evidenceId: evidenceIdOf(captureId, `inquiry:${newId()}`),
      kind: 'inquiry',
      attempt: null,
      at: takenAt,
      finding: answer.finding,
      providerCode: answer.providerCode,
      providerMessage: answer.providerMessage,
      raw: answer.raw,
    },
    options,
  );
  if (settled !== null) {
    noteState(capture, settled, options);
    noteOverdue(settled, takenAt, options);
  }
  return settled;
}

/** Told at each inquiry, of which there is one in an hour by then. The metric tells it of those, too, that nobody can be asked about. */
function noteOverdue(capture: Capture, at: Date, { log }: InquireOptions): void {
  if (isFinal(capture.status) || capture.expiresAt > at) return;
  log.error(
    { ...idsOf(capture), expiresAt: capture.expiresAt },
    'a capture is overdue: its authorisation has expired, and the provider still tells no outcome',
  );
}
