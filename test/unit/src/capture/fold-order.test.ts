import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../../src/capture/capture.js';
import { isFinal, PROVIDERS } from '../../../../src/capture/capture.js';
import type { CaptureEvent } from '../../../../src/capture/events.js';
import type { Evidence, EvidenceKind, Finding } from '../../../../src/capture/evidence.js';
import { EVIDENCE_KINDS } from '../../../../src/capture/evidence.js';
import { eventIdOf } from '../../../../src/capture/ids.js';
import { fold, started, TRANSITIONS } from '../../../../src/capture/state-machine.js';
import { verdictOf } from '../../../../src/capture/verdict.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';

const ATTEMPTS = 2;
const FINDINGS: readonly Finding[] = [
  CAPTURED,
  { ...CAPTURED, money: { amount: 1n, currency: 'IQD' } } as Finding,
  { is: 'declined', category: 'funds' },
  { is: 'closed', category: 'expired' },
  { is: 'unknown' },
  { is: 'id_taken' },
  { is: 'lapsed' },
  { is: 'in_process' },
  { is: 'busy' },
  { is: 'not_sent' },
  { is: 'account_fault' },
  { is: 'authorised' },
  { is: 'cancelled' },
  { is: 'foreign' },
];

const piece = fc
  .record({
    kind: fc.constantFrom<EvidenceKind>('capture_response', ...EVIDENCE_KINDS),
    finding: fc.constantFrom(...FINDINGS),
    attempt: fc.integer({ min: 1, max: ATTEMPTS }),
    // From before the lease ends to well after the quiet begins.
    seconds: fc.integer({ min: 0, max: 400 }),
    label: fc.nat(9),
  })
  .map(({ kind, finding, attempt, seconds, label }): Evidence => {
    const answers = kind === 'capture_response';
    return {
      ...anAnswer(attempt, finding, `${kind} ${String(label)}`),
      kind,
      attempt: answers ? attempt : null,
      at: new Date(EPOCH.getTime() + seconds * 1_000),
    };
  });
const pieces = (maxLength: number): fc.Arbitrary<Evidence[]> =>
  fc.uniqueArray(piece, { selector: ({ evidenceId }) => evidenceId, minLength: 1, maxLength });
const provider = fc.constantFrom(...PROVIDERS);

/** Every order of the items. */
function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length <= 1) {
    yield items;
    return;
  }
  for (const [index, first] of items.entries())
    for (const rest of permutations(items.toSpliced(index, 1))) yield [first, ...rest];
}

/** What the store does as evidence comes in: known evidence changes nothing, new evidence is folded with all that is known. */
function foldInOrder(
  begun: Capture,
  order: readonly Evidence[],
): { capture: Capture; events: CaptureEvent[] } {
  let capture = begun;
  let now = EPOCH.getTime() + 500_000;
  const known: Evidence[] = [];
  const events: CaptureEvent[] = [];
  for (const one of order) {
    now += 1_000;
    if (known.some(({ evidenceId }) => evidenceId === one.evidenceId)) continue;
    known.push(one);
    const before = capture;
    const decision = fold({ capture, evidence: known, now: new Date(now), random: 0.5 }, POLICY);
    capture = decision.capture;
    const [from, to] = [before.status.state, capture.status.state];
    assert.ok(from === to || TRANSITIONS[from].includes(to), `${from} -> ${to}`);
    if (decision.event !== null) events.push(decision.event);
  }
  return { capture, events };
}

function assertValid({ captureId }: Capture, events: readonly CaptureEvent[]): void {
  for (const [index, event] of events.entries()) {
    assert.equal(event.sequence, index + 1);
    const before = events[index - 1];
    const corrects = before !== undefined && before.type !== 'capture.pending';
    assert.equal(event.supersedes, corrects ? eventIdOf(captureId, index) : null);
    assert.ok(!corrects || event.type !== 'capture.pending', 'an outcome is never open again');
  }
}

/** Whether it is as the verdict says; a published failure that came into doubt is not, and waits for an inquiry. */
function agrees(capture: Capture, evidence: readonly Evidence[]): boolean {
  const { says } = verdictOf(capture, evidence, POLICY.quietPeriodMs);
  switch (says) {
    case 'succeeded':
    case 'failed':
    case 'pending':
      return capture.status.state === says;
    case 'under_way':
      return capture.status.state === 'sending';
    case 'unsent':
      return capture.status.state === 'planned';
    case 'withdrawn':
      return capture.status.state === 'cancelled';
  }
}

describe('evidence, in whatever order it comes', () => {
  // All 720 orders of a few large sets, all 24 of many small ones.
  for (const [size, numRuns] of [
    [6, 30],
    [4, 3_000],
  ] as const)
    it(`leads to the outcome that all of it says, or to a person, by a valid chain of events: sets of ${String(size)}`, () => {
      fc.assert(
        fc.property(pieces(size), provider, fc.nat(5), (set, name, again) => {
          const begun = { ...started(aCapture({ provider: name }), LEASE_END), attempts: ATTEMPTS };
          const outcomes = new Set<string>();
          for (const order of permutations(set)) {
            const repeated = set[again % set.length];
            const { capture, events } = foldInOrder(
              begun,
              repeated === undefined ? order : [repeated, ...order, repeated],
            );
            assertValid(capture, events);
            if (capture.review === null && capture.contradictedAt === null) {
              assert.ok(agrees(capture, set), `${capture.status.state} is not what all of it says`);
              outcomes.add(capture.status.state);
            }
          }
          assert.ok(outcomes.size <= 1, [...outcomes].join());
        }),
        { numRuns },
      );
    });

  // The verdict's rules aren't asked here: this holds whatever they are.
  it('of money that moved is never left as a failure, but by a later look of the provider, or by people', () => {
    fc.assert(
      fc.property(pieces(6), provider, fc.infiniteStream(fc.nat(1_000)), (set, name, keys) => {
        // PayerMax has no inquiry for captures.
        if (name === 'payermax' && set.some(({ kind }) => kind === 'inquiry')) return;
        const begun = { ...started(aCapture({ provider: name }), LEASE_END), attempts: ATTEMPTS };
        const order = set
          .map((piece) => ({ piece, key: Number(keys.next().value) }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ piece }) => piece);
        const { capture } = foldInOrder(begun, order);
        const proofs = set.filter(({ finding }) => finding.is === 'captured' && finding.money === null);
        const isLeft =
          capture.status.state === 'failed' && capture.review === null && capture.contradictedAt === null;
        if (proofs.length === 0 || !isLeft) return;
        const isOverruled = set.some(
          ({ kind, finding, at }) =>
            (finding.is === 'declined' || finding.is === 'closed') &&
            (kind === 'settlement' ||
              kind === 'operator' ||
              (kind === 'inquiry' && proofs.every((proof) => proof.at <= at))),
        );
        assert.ok(isOverruled, set.map(({ kind, finding }) => `${kind} ${finding.is}`).join(', '));
      }),
      { numRuns: 20_000 },
    );
  });

  it('that contradicts what was published waits no longer than it may', () => {
    fc.assert(
      fc.property(pieces(6), provider, (set, name) => {
        const begun = { ...started(aCapture({ provider: name }), LEASE_END), attempts: ATTEMPTS };
        const { capture } = foldInOrder(begun, set);
        if (capture.contradictedAt === null) return;
        const now = new Date(capture.contradictedAt.getTime() + POLICY.contradictionWaitMs);
        const later = fold({ capture, evidence: set, now, random: 0.5 }, POLICY);
        assert.notEqual(later.capture.review, null);
        assert.equal(later.schedule.change, name === 'payermax' ? 'park' : 'set');
      }),
      { numRuns: 2_000 },
    );
  });

  it('never leads to an outcome without a word from the provider or an operator that the money moved or won’t', () => {
    fc.assert(
      fc.property(pieces(12), provider, (set, name) => {
        const begun = { ...started(aCapture({ provider: name }), LEASE_END), attempts: ATTEMPTS };
        const mute = set.filter(({ finding }) => !['captured', 'declined', 'closed'].includes(finding.is));
        const { capture } = foldInOrder(begun, mute);
        assert.ok(!isFinal(capture.status), capture.status.state);
      }),
      { numRuns: 2_000 },
    );
  });
});
