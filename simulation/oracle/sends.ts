import type { Finding as Found } from '../../src/capture/evidence.js';
import { provesNoEffect } from '../../src/capture/evidence.js';
import type { CaptureCall } from '../../src/ports/provider.js';
import type { ProviderName } from '../../src/capture/capture.js';
import type { CaptureRow } from '../store/tables.js';
import type { Views } from '../store/views.js';
import type { Finding } from './findings.js';

/**
 * Watches what leaves for the providers. Before a request leaves, its attempt must be on record; and after one that may have got through, a
 * provider that can be asked must have said more than once since that the payment is authorised and nothing else.
 */
export interface SendWatch {
  sent(provider: ProviderName, call: CaptureCall, paymentId: string): void;
  readonly answered: (paymentId: string, finding: Found | null) => void;
  readonly told: (paymentId: string, finding: Found) => void;
  readonly findings: readonly Finding[];
  readonly requests: number;
}

/** So many inquiries must have shown the payment authorised. */
const INQUIRIES = 2;

interface Sent {
  requests: number;
  /** Requests that may have come to something. */
  unsure: number;
  /** Inquiries that showed it authorised since the last request. */
  authorised: number;
}

/** By what was on record when the request's attempt began: what came since may have crossed it. */
function isHeld({ evidence, capture }: CaptureRow): boolean {
  return [...evidence.values()].some(
    ({ kind, attempt, finding }) =>
      kind === 'capture_response' &&
      (attempt ?? 0) < capture.attempts &&
      (finding.is === 'busy' || finding.is === 'in_process'),
  );
}

export interface SendWatchOptions {
  readonly views: Views;
  readonly captureIdOf: (paymentId: string) => string;
  /** Since when the account of this provider is paused; null if it isn't. */
  readonly pausedSince: (provider: ProviderName) => Date | null;
}

export function watchSends({ views, captureIdOf, pausedSince }: SendWatchOptions): SendWatch {
  const findings: Finding[] = [];
  const payments = new Map<string, Sent>();
  let requests = 0;

  function of(paymentId: string): Sent {
    const sent = payments.get(paymentId) ?? { requests: 0, unsure: 0, authorised: 0 };
    payments.set(paymentId, sent);
    return sent;
  }

  return {
    findings,
    get requests() {
      return requests;
    },
    sent: (provider, call, paymentId) => {
      requests += 1;
      const sent = of(paymentId);
      sent.requests += 1;
      const onRecord = views.captures.get(captureIdOf(paymentId))?.capture.attempts ?? 0;
      if (sent.requests > onRecord)
        findings.push({
          broken: 'a request on record before it leaves',
          what: `${paymentId}: request ${String(sent.requests)} left, and ${String(onRecord)} attempts are on record`,
        });
      const row = views.captures.get(captureIdOf(paymentId));
      if (provider !== 'payermax' && row !== undefined && isHeld(row))
        findings.push({
          broken: 'no resend without inquiries',
          what: `${paymentId}: a request left though the provider has said that the payment is held`,
        });
      const begun = views.attempts.findLast(({ requestId }) => requestId === call.requestId)?.startedAt;
      const pausedAt = pausedSince(provider);
      if (pausedAt !== null && begun !== undefined && begun > pausedAt)
        findings.push({
          broken: 'a pause holds',
          what: `${paymentId}: a request left through a paused account`,
        });
      if (provider !== 'payermax' && sent.unsure > 0 && sent.authorised < INQUIRIES)
        findings.push({
          broken: 'no resend without inquiries',
          what: `${paymentId}: request ${String(sent.requests)} (${call.requestId}) left after one that may have got through and ${String(sent.authorised)} inquiries`,
        });
      sent.unsure += 1;
      sent.authorised = 0;
    },
    answered: (paymentId, finding) => {
      if (finding !== null && provesNoEffect(finding)) of(paymentId).unsure -= 1;
    },
    told: (paymentId, finding) => {
      if (finding.is === 'authorised') of(paymentId).authorised += 1;
    },
  };
}
