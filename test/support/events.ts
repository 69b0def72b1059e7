import type { CaptureEvent, EventSnapshot, EventType } from '../../src/capture/events.js';
import { eventIdOf } from '../../src/capture/ids.js';
import { aCapture, EPOCH } from './captures.js';

/** The first event of a capture, of a type, with whatever is given changed in its snapshot. */
export function anEvent(type: EventType, change: Partial<EventSnapshot> = {}): CaptureEvent {
  const { captureId, requestId, orderId, paymentId, provider, account, money } = aCapture();
  const snapshot: EventSnapshot = {
    eventId: eventIdOf(captureId, 1),
    captureId,
    captureRequestId: requestId,
    orderId,
    paymentId,
    provider,
    account,
    amount: money.amount,
    currency: money.currency,
    sequence: 1,
    occurredAt: EPOCH,
    evidence: { kind: 'capture_response', rank: 1, providerCode: 'CODE', message: 'words' },
    supersedes: null,
    ...change,
  };
  switch (type) {
    case 'capture.succeeded':
      return { ...snapshot, type, providerCaptureId: 'provider-capture-1', capturedAt: EPOCH };
    case 'capture.failed':
      return { ...snapshot, type, category: 'funds', newAuthorisationNeeded: true };
    case 'capture.pending':
      return {
        ...snapshot,
        type,
        reason: 'unknown',
        nextInquiryAt: null,
        expiresAt: new Date(EPOCH.getTime() + 1),
      };
  }
}
