import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureEvent } from '../../../../src/capture/events.js';
import { createBroker } from '../../../../simulation/log/broker.js';
import { encodeEvent } from '../../../../simulation/log/codec.js';
import { judgeEvents } from '../../../../simulation/oracle/events.js';
import type { EventRow } from '../../../../simulation/store/tables.js';

const AT = new Date('2026-03-01T12:00:00.000Z');

function event(sequence: number, change: Partial<CaptureEvent> = {}): CaptureEvent {
  const snapshot = {
    eventId: `event ${String(sequence)}`,
    captureId: 'capture 1',
    captureRequestId: 'request 1',
    orderId: 'order 1',
    paymentId: 'pay 1',
    provider: 'wallet',
    account: 'shop',
    amount: 1_000n,
    currency: 'IQD',
    sequence,
    occurredAt: AT,
    evidence: null,
    supersedes: null,
    type: 'capture.pending',
    reason: 'unknown',
    nextInquiryAt: null,
    expiresAt: AT,
    ...change,
  };
  return snapshot as CaptureEvent;
}

function rowOf(one: CaptureEvent): EventRow {
  return { ...encodeEvent(one), createdAt: AT };
}

/** What is found wrong with these events, written and published in these orders. */
function judged(written: readonly CaptureEvent[], published: readonly CaptureEvent[] = written): string {
  const broker = createBroker(1, () => AT);
  for (const one of published) broker.append(encodeEvent(one).record);
  return judgeEvents(written.map(rowOf), broker)
    .map(({ what }) => what)
    .join('; ');
}

const FAILED = { type: 'capture.failed', category: 'risk', newAuthorisationNeeded: false } as const;
const SUCCEEDED = { type: 'capture.succeeded', providerCaptureId: null, capturedAt: null } as const;

describe('the judgement of events', () => {
  it('finds nothing wrong with whole ones, also where some were published again', () => {
    const events = [event(1), event(2, FAILED), event(3, { ...SUCCEEDED, supersedes: 'event 2' })];
    assert.equal(judged(events), '');
    assert.equal(judged(events, [...events, event(1), event(2, FAILED)]), '');
  });

  it('finds a gap, a beginning that is missing, and a number that comes twice', () => {
    assert.match(judged([event(1), event(3)]), /has events 1, 3/);
    assert.match(judged([event(2)]), /has events 2/);
    assert.match(judged([event(1), event(1, { eventId: 'another' })]), /has events 1, 1/);
  });

  it('finds an id that two have', () => {
    assert.match(judged([event(1), event(2, { eventId: 'event 1' })]), /two events have one id/);
  });

  it('finds a changed outcome that does not name what it corrects', () => {
    assert.match(judged([event(1, FAILED), event(2, SUCCEEDED)]), /doesn't supersede it/);
  });

  it('finds one that was never published, or not as it was written', () => {
    assert.match(judged([event(1), event(2)], [event(1)]), /event 2 was never published/);
    assert.match(judged([event(1)], [event(1, { amount: 2_000n })]), /never published; .*what nobody wrote/);
  });

  it('finds those that came in another order', () => {
    assert.match(judged([event(1), event(2)], [event(2), event(1)]), /event 1 came after a later one/);
  });
});
