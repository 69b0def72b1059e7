import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import type { StoryOptions } from '../../../../src/cli/story.js';
import { describeStatus, describeStory, listRow } from '../../../../src/cli/story.js';
import type { Story } from '../../../../src/store/stories.js';
import { aCapture, anAnswer, CAPTURED, EPOCH } from '../../../support/captures.js';

const OPTIONS: StoryOptions = { now: new Date(EPOCH.getTime() + 60_000), raw: false };

function later(ms: number): Date {
  return new Date(EPOCH.getTime() + ms);
}

/** A capture that succeeded at its first attempt, with whatever is given changed. */
function aStory(change: Partial<Story> = {}): Story {
  return {
    capture: aCapture({
      status: { state: 'succeeded', providerCaptureId: 'provider-capture-1', capturedAt: EPOCH },
      attempts: 1,
      sequence: 1,
    }),
    source: { eventId: 'event-1', topic: 'order.fulfilled', partition: 3, offset: 41n },
    updatedAt: later(250),
    lease: null,
    paused: false,
    scheduled: null,
    attempts: [
      {
        attemptId: 'attempt-id',
        kind: 'capture',
        number: 1,
        generation: 1,
        requestId: 'request-1',
        worker: 'worker-7',
        startedAt: later(2),
        leaseUntil: later(45_002),
      },
    ],
    evidence: [
      {
        evidence: { ...anAnswer(1, CAPTURED), providerCode: 'SUCCESS', providerMessage: 'fine' },
        recordedAt: later(250),
      },
    ],
    events: [
      {
        eventId: 'published-1',
        sequence: 1,
        type: 'capture.succeeded',
        createdAt: later(250),
        published: true,
        record: { topic: 'capture.succeeded', key: null, value: null, headers: [] },
      },
    ],
    actions: [],
    ...change,
  };
}

describe('describeStory', () => {
  it('tells claim, attempts, evidence and events in order, with money in major units and times in UTC', () => {
    const { captureId, requestId } = aCapture();
    assert.deepEqual(describeStory(aStory(), OPTIONS).split('\n'), [
      `capture ${captureId}: succeeded, 150.000 IQD`,
      '  order         order-1',
      '  payment       pay-1 at wallet, account shop, merchant merchant-1',
      '  authorised    150.000 IQD, until 2026-03-08T12:00:00.000Z',
      `  request       ${requestId} (generation 1)`,
      '  trace         00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      "  captured      2026-03-01T12:00:00.000Z, provider's id provider-capture-1",
      '',
      '  2026-03-01T12:00:00.000Z  +0ms       claimed    order.fulfilled, partition 3, offset 41, event event-1',
      '  2026-03-01T12:00:00.002Z  +2ms       attempt 1  by worker-7, request request-1, lease 45.000s',
      '  2026-03-01T12:00:00.250Z  +250ms     evidence   answer to attempt 1: captured as provider-capture-1, SUCCESS, "fine", as of 2026-03-01T12:00:01.000Z',
      '  2026-03-01T12:00:00.250Z  +250ms     event 1    capture.succeeded, published, event published-1',
      '',
    ]);
  });

  it('orders by time, whatever kind each moment is', () => {
    const [evidence] = aStory().evidence;
    assert.ok(evidence !== undefined);
    const late = { ...evidence, recordedAt: later(9_000) };
    const text = describeStory(aStory({ evidence: [evidence, late] }), OPTIONS);
    assert.deepEqual(
      [...text.matchAll(/Z {2}\+\S+ +(\w+)/g)].map(([, what]) => what),
      ['claimed', 'attempt', 'evidence', 'event', 'evidence'],
    );
  });

  it('says what an open capture waits for', () => {
    const open = aStory({
      capture: aCapture({ status: { state: 'pending', reason: 'unknown' } }),
      scheduled: { action: 'inquire', dueAt: later(75_000) },
    });
    assert.match(
      describeStory(open, OPTIONS),
      /^ {2}next +inquire, due 2026-03-01T12:01:15\.000Z \(in 15\.000s\)$/m,
    );
    const due = { ...open, scheduled: { action: 'inquire', dueAt: later(30_000) } } as const;
    assert.match(describeStory(due, OPTIONS), /\(30\.000s ago\)$/m);
  });

  it('shows who may be sending, and whether the lease still holds', () => {
    const sending = aStory({ lease: { worker: 'worker-7', until: later(61_000) } });
    assert.match(describeStory(sending, OPTIONS), /^ {2}lease +worker-7, until 2026-03-01T12:01:01\.000Z$/m);
    const lapsed = aStory({ lease: { worker: 'worker-7', until: later(59_000) } });
    assert.match(
      describeStory(lapsed, OPTIONS),
      /^ {2}lease +worker-7, ran out at 2026-03-01T12:00:59\.000Z$/m,
    );
  });

  it('makes a review and an unpublished event stand out', () => {
    const [event] = aStory().events;
    assert.ok(event !== undefined);
    const text = describeStory(
      aStory({
        capture: aCapture({ review: 'integrity_mismatch' }),
        scheduled: { action: 'inquire', dueAt: null },
        events: [{ ...event, published: false }],
      }),
      OPTIONS,
    );
    assert.match(text, /^ {2}REVIEW +integrity_mismatch: a person must look/m);
    assert.match(text, /^ {2}next +inquire: waits for a person$/m);
    assert.match(text, /capture\.succeeded, NOT YET PUBLISHED/);
  });

  it('says since when what was published is contradicted', () => {
    const story = aStory({ capture: aCapture({ contradictedAt: later(9_000) }) });
    assert.match(describeStory(story, OPTIONS), /^ {2}CONTRADICTED +since 2026-03-01T12:00:09\.000Z: /m);
    assert.doesNotMatch(describeStory(aStory(), OPTIONS), /contradicted/i);
  });

  it('shows bodies only when asked for them', () => {
    const raw = Buffer.from('{"result":"secret of a customer"}');
    const story = aStory({
      evidence: [{ evidence: { ...anAnswer(1, CAPTURED), raw }, recordedAt: later(250) }],
    });
    assert.doesNotMatch(describeStory(story, OPTIONS), /secret of a customer/);
    const text = describeStory(story, { ...OPTIONS, raw: true });
    assert.match(text, /^ {4}\{"result":"secret of a customer"\}$/m);
    assert.match(text, /^ {2}body +\{\}$/m);
  });

  it("lets no text from outside play with the reader's terminal", () => {
    const story = aStory({
      capture: aCapture({ orderId: 'order\u001b[2J' }),
      evidence: [
        {
          evidence: { ...anAnswer(1, { is: 'unknown' }), providerMessage: 'a\u009b31mb' },
          recordedAt: later(1),
        },
      ],
    });
    // Each line of the story ends with the only control character in it.
    assert.doesNotMatch(describeStory(story, OPTIONS).replaceAll('\n', ''), /\p{Cc}/u);
  });

  it('names a reference that is not the payment', () => {
    const story = aStory({ capture: aCapture({ paymentId: 'other' }) });
    assert.match(describeStory(story, OPTIONS), /^ {2}reference +pay-1$/m);
    assert.doesNotMatch(describeStory(aStory(), OPTIONS), /reference/);
  });
});

describe('describeStatus', () => {
  it('says what the state alone leaves open', () => {
    assert.equal(describeStatus({ state: 'planned' }), 'planned');
    assert.equal(describeStatus({ state: 'sending', attempt: 2 }), 'sending (attempt 2)');
    assert.equal(describeStatus({ state: 'pending', reason: 'in_process' }), 'pending (in_process)');
    assert.equal(describeStatus({ state: 'failed', category: 'funds' }), 'failed (funds)');
  });
});

describe('listRow', () => {
  it('holds what one looks for in a list, and marks a review', () => {
    const { captureId } = aCapture();
    assert.deepEqual(listRow(aCapture({ review: 'repeated_account_fault' })), [
      '2026-03-01T12:00:00.000Z',
      'planned REVIEW',
      '150.000 IQD',
      'shop',
      'order-1',
      'pay-1',
      captureId,
    ]);
  });

  it('says since when an outcome is contradicted', () => {
    const contradictedAt = new Date(EPOCH.getTime() + 9_000);
    const status = { state: 'failed', category: 'funds' } as const;
    const stateOf = (change: Partial<Capture>): string | undefined =>
      listRow(aCapture({ status, contradictedAt, ...change }))[1];
    assert.equal(stateOf({}), 'failed (funds) contradicted since 2026-03-01T12:00:09.000Z');
    assert.equal(
      stateOf({ review: 'contradicted' }),
      'failed (funds) contradicted since 2026-03-01T12:00:09.000Z REVIEW',
    );
  });
});
