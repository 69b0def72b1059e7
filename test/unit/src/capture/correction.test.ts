import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture, ProviderName } from '../../../../src/capture/capture.js';
import type { Evidence, EvidenceKind, Finding } from '../../../../src/capture/evidence.js';
import { eventIdOf } from '../../../../src/capture/ids.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold, started } from '../../../../src/capture/state-machine.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';

/** With a jitter of a half. */
const RARELY = { change: 'set', action: 'inquire', dueInMs: POLICY.overdueInquiryMs * 0.75 };
const DECLINED: Finding = { is: 'declined', category: 'funds' };
const MINUTE = 60_000;

/** A capture whose first answer was published, and what comes after it. */
class Published {
  readonly evidence: Evidence[] = [];
  capture: Capture;

  constructor(first: Finding, provider: ProviderName = 'wallet') {
    this.capture = started(aCapture({ provider }), LEASE_END);
    this.fold([anAnswer(1, first)], 0);
  }

  /** Folds more evidence, so many minutes after the answer. */
  fold(pieces: readonly Evidence[], minutes: number): Decision {
    this.evidence.push(...pieces);
    const now = new Date(EPOCH.getTime() + minutes * MINUTE);
    const decision = fold({ capture: this.capture, evidence: this.evidence, now, random: 0.5 }, POLICY);
    this.capture = decision.capture;
    return decision;
  }
}

function from(kind: EvidenceKind, finding: Finding, minutes: number): Evidence {
  return {
    ...anAnswer(1, finding, `${kind} ${finding.is} ${String(minutes)}`),
    kind,
    attempt: null,
    at: new Date(EPOCH.getTime() + minutes * MINUTE),
  };
}

describe('a published outcome that is contradicted', () => {
  it('by an inquiry, a settlement or an operator is corrected at once, and says what it supersedes', () => {
    for (const kind of ['inquiry', 'settlement', 'operator'] as const) {
      const published: Published = new Published(DECLINED);
      const { capture, event, schedule }: Decision = published.fold([from(kind, CAPTURED, 1)], 1);
      assert.equal(capture.status.state, 'succeeded', kind);
      assert.equal(event?.supersedes, eventIdOf(capture.captureId, 1));
      assert.deepEqual(schedule, { change: 'clear' });
    }
  });

  it('by a notification stays until an inquiry has settled it', () => {
    const published = new Published(DECLINED);
    const held = published.fold([from('notification', CAPTURED, 1)], 1);
    assert.equal(held.capture.status.state, 'failed');
    assert.equal(held.event, null);
    assert.equal(held.schedule.change === 'set' && held.schedule.action, 'inquire');
    const silent = published.fold([from('inquiry', { is: 'unknown' }, 2)], 2);
    assert.equal(silent.capture.status.state, 'failed', 'an inquiry that tells nothing settles nothing');
    const settled = published.fold([from('inquiry', CAPTURED, 3)], 3);
    assert.equal(settled.capture.status.state, 'succeeded');
    assert.equal(settled.capture.contradictedAt, null);
    assert.deepEqual(settled.schedule, { change: 'clear' });
  });

  it('by a notification that an inquiry refutes stays as it was', () => {
    const published = new Published(CAPTURED);
    published.fold([from('notification', DECLINED, 1)], 1);
    assert.notEqual(published.capture.contradictedAt, null);
    const { capture, event, schedule } = published.fold([from('inquiry', CAPTURED, 2)], 2);
    assert.equal(capture.status.state, 'succeeded');
    assert.equal(event, null);
    assert.deepEqual([capture.contradictedAt, capture.review], [null, null]);
    assert.deepEqual(schedule, { change: 'clear' });
  });

  it('waits for a person if no inquiry settles it in time', () => {
    const published = new Published(CAPTURED);
    published.fold([from('notification', DECLINED, 1)], 1);
    const early = published.fold([from('inquiry', { is: 'unknown' }, 15)], 15);
    assert.equal(early.capture.review, null);
    const late = published.fold([from('inquiry', { is: 'authorised' }, 16)], 16);
    assert.deepEqual([late.capture.status.state, late.capture.review], ['succeeded', 'contradicted']);
    assert.deepEqual(late.schedule, RARELY, 'the provider may tell all the same');
    const settled = published.fold([from('settlement', CAPTURED, 99)], 99);
    assert.deepEqual([settled.capture.review, settled.schedule.change], [null, 'clear']);
  });

  it('by PayerMax’s callback is corrected at once, since no inquiry could confirm it', () => {
    const published = new Published(DECLINED, 'payermax');
    const { capture, event } = published.fold([from('notification', CAPTURED, 1)], 1);
    assert.equal(capture.status.state, 'succeeded');
    assert.notEqual(event?.supersedes, null);
  });

  it('by PayerMax’s callback against its own word that money moved is left to a person, in whatever order', () => {
    const turned = new Published(CAPTURED, 'payermax');
    const { capture } = turned.fold([from('notification', DECLINED, 1)], 1);
    assert.deepEqual([capture.status.state, capture.review], ['failed', 'contradicted']);

    const refused = [from('notification', DECLINED, 1)];
    const begun = started(aCapture({ provider: 'payermax' }), LEASE_END);
    const first = fold({ capture: begun, evidence: refused, now: EPOCH, random: 0.5 }, POLICY).capture;
    assert.deepEqual([first.status.state, first.review], ['failed', null]);
    const both = [...refused, anAnswer(1, CAPTURED)];
    const second = fold({ capture: first, evidence: both, now: EPOCH, random: 0.5 }, POLICY);
    assert.deepEqual([second.capture.status.state, second.capture.review], ['failed', 'contradicted']);
    assert.deepEqual(second.schedule, { change: 'clear' });
    const atOnce = fold({ capture: begun, evidence: both, now: EPOCH, random: 0.5 }, POLICY).capture;
    assert.deepEqual([atOnce.status.state, atOnce.review], ['failed', 'contradicted']);
  });

  it('by a capture that the provider tells of after an inquiry has shown a refusal is asked about again', () => {
    const published = new Published({ is: 'unknown' });
    published.fold([from('inquiry', DECLINED, 5)], 5);
    assert.equal(published.capture.status.state, 'failed');
    published.fold([from('notification', CAPTURED, 60)], 60);
    assert.notEqual(published.capture.contradictedAt, null);
    const { capture, event } = published.fold([from('inquiry', CAPTURED, 61)], 61);
    assert.equal(capture.status.state, 'succeeded');
    assert.notEqual(event?.supersedes, null);
  });

  it('is corrected once, and a second time a person must look', () => {
    const published = new Published(DECLINED);
    published.fold([from('inquiry', CAPTURED, 1)], 1);
    const { capture, event } = published.fold([from('inquiry', DECLINED, 10)], 10);
    assert.deepEqual([capture.status.state, capture.review], ['succeeded', 'contradicted_again']);
    assert.equal(event, null);
    const decided = published.fold([from('operator', DECLINED, 11)], 11);
    assert.deepEqual([decided.capture.status.state, decided.capture.review], ['failed', null]);
  });

  it('and that an operator had decided goes to a person, unless they knew it', () => {
    const published = new Published(DECLINED);
    published.fold([from('inquiry', DECLINED, 4)], 4);
    const knew = published.evidence.map(({ evidenceId }) => evidenceId);
    published.fold([{ ...from('operator', CAPTURED, 5), knew }], 5);
    assert.deepEqual([published.capture.status.state, published.capture.review], ['succeeded', null]);
    // It was said before the operator decided, and came after.
    const { capture, event } = published.fold([from('settlement', DECLINED, 3)], 7);
    assert.deepEqual([capture.status.state, capture.review], ['succeeded', 'contradicts_operator']);
    assert.equal(event, null);
  });

  it('isn’t by "authorised" or a cancellation, however late', () => {
    for (const finding of [{ is: 'authorised' }, { is: 'cancelled' }] as const) {
      const published = new Published(CAPTURED);
      const { capture, event, schedule } = published.fold([from('inquiry', finding, 99)], 99);
      assert.deepEqual([capture.status.state, capture.review, event], ['succeeded', null, null], finding.is);
      assert.deepEqual(schedule, { change: 'clear' });
    }
  });
});
