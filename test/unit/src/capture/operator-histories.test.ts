import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../../src/capture/capture.js';
import { isFinal, PROVIDERS } from '../../../../src/capture/capture.js';
import type { Evidence, EvidenceKind, Finding } from '../../../../src/capture/evidence.js';
import { EVIDENCE_KINDS } from '../../../../src/capture/evidence.js';
import { eventIdOf, evidenceIdOf } from '../../../../src/capture/ids.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import type { Act, Refusal, Standing } from '../../../../src/capture/operator.js';
import { cancel, isRefusal } from '../../../../src/capture/operator.js';
import { acknowledge, resolve } from '../../../../src/capture/resolve.js';
import { retry } from '../../../../src/capture/retry.js';
import { fold, nextGeneration, started, TRANSITIONS } from '../../../../src/capture/state-machine.js';
import { verdictOf } from '../../../../src/capture/verdict.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, POLICY } from '../../../support/captures.js';

const LEASE_MS = 45_000;
const DECLINED: Finding = { is: 'declined', category: 'funds' };
const FINDINGS: readonly Finding[] = [
  CAPTURED,
  DECLINED,
  DECLINED,
  { is: 'closed', category: 'expired' },
  { is: 'unknown' },
  { is: 'id_taken' },
  { is: 'in_process' },
  { is: 'not_sent' },
  { is: 'not_sent' },
  { is: 'account_fault' },
  { is: 'authorised' },
  { is: 'cancelled' },
  { is: 'foreign' },
];

type Step =
  | { readonly does: 'start' | 'lapse' | 'cancel' | 'acknowledge' | 'retry' }
  | { readonly does: 'resolve'; readonly outcome: 'succeeded' | 'failed' }
  | { readonly does: 'hear'; readonly kind: Exclude<EvidenceKind, 'operator'>; readonly finding: Finding };

const kinds = EVIDENCE_KINDS.filter((kind) => kind !== 'operator');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ does: 'start' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('hear' as const),
      kind: fc.constantFrom('capture_response' as const, ...kinds),
      finding: fc.constantFrom(...FINDINGS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step>(
      { does: 'retry' },
      { does: 'lapse' },
      { does: 'cancel' },
      { does: 'acknowledge' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('resolve' as const),
      outcome: fc.constantFrom('succeeded' as const, 'failed' as const),
    }),
  },
);

/** What a worker, a provider and an operator do to one capture, with what the store would refuse to write. */
class History {
  readonly evidence: Evidence[] = [];
  capture: Capture;
  now = EPOCH.getTime();
  #names = 0;
  #scheduled = true;

  constructor(capture: Capture) {
    this.capture = capture;
  }

  get standing(): Standing {
    return { capture: this.capture, evidence: [...this.evidence], now: new Date(this.now) };
  }

  /** What was done, for a count of it; null if it was refused. */
  take(next: Step, gapMs: number): string | null {
    this.now += gapMs;
    switch (next.does) {
      case 'start':
        return this.#start();
      case 'lapse':
        this.now = Math.max(this.now, (this.capture.leaseUntil?.getTime() ?? 0) + POLICY.quietPeriodMs + 1);
        return this.#answer('capture_response', { is: 'lapsed' });
      case 'hear':
        return this.#answer(next.kind, next.finding);
      case 'cancel':
        return this.#act((seen) => cancel(seen, { actionId: this.#name(), seen }));
      case 'acknowledge':
        return this.#act((seen) => acknowledge(seen, { actionId: this.#name(), seen, reference: 'ST-17' }));
      case 'resolve': {
        const { outcome } = next;
        const resolution =
          outcome === 'failed'
            ? ({ outcome, category: null } as const)
            : ({ outcome, ourAmountMoved: true } as const);
        return this.#act((seen) =>
          resolve(seen, { actionId: this.#name(), seen, resolution, reference: 'ST-17' }, POLICY),
        );
      }
      case 'retry':
        return this.#retry();
    }
  }

  #start(): string | null {
    const licence = licenceOf(this.capture, this.evidence, new Date(this.now), POLICY);
    if (licence === null) return null;
    const capture = licence === 'next_generation' ? nextGeneration(this.capture) : this.capture;
    this.capture = started(capture, new Date(this.now + LEASE_MS));
    return licence;
  }

  #answer(kind: EvidenceKind, finding: Finding): string | null {
    const { attempts, status } = this.capture;
    const answers = kind === 'capture_response';
    if (answers && status.state !== 'sending') return null;
    this.#fold({
      ...anAnswer(attempts, finding, this.#name()),
      kind,
      attempt: answers ? attempts : null,
      at: new Date(this.now),
    });
    return finding.is;
  }

  #retry(): string | null {
    this.now = Math.max(this.now, (this.capture.leaseUntil?.getTime() ?? 0) + POLICY.quietPeriodMs + 1);
    const name = this.#name();
    const { captureId, provider } = this.capture;
    const inquiryId = provider === 'payermax' ? null : evidenceIdOf(captureId, name);
    if (inquiryId !== null && this.capture.status.state === 'failed')
      this.#fold({
        ...anAnswer(1, { is: 'authorised' }),
        evidenceId: inquiryId,
        kind: 'inquiry',
        attempt: null,
        at: new Date(this.now),
      });
    return this.#act((seen) => retry(seen, { actionId: name, seen, inquiryId, amended: null }, POLICY));
  }

  #act(decide: (standing: Standing) => Act | Refusal): string | null {
    const decided = decide(this.standing);
    if (isRefusal(decided)) return null;
    const { capture } = fold(
      {
        capture: decided.capture,
        evidence: [...this.evidence, decided.piece],
        now: new Date(this.now),
        random: 0.5,
      },
      POLICY,
    );
    if (capture.status.state !== decided.becomes) return null;
    this.#fold(decided.piece);
    return `becomes ${decided.becomes}`;
  }

  #fold(piece: Evidence): void {
    const before = this.capture;
    this.evidence.push(piece);
    const { capture, event, schedule } = fold(
      { capture: before, evidence: this.evidence, now: new Date(this.now), random: 0.5 },
      POLICY,
    );
    const [from, to] = [before.status.state, capture.status.state];
    assert.ok(from === to || TRANSITIONS[from].includes(to), `${from} -> ${to}`);
    assert.equal(capture.sequence, before.sequence + (event === null ? 0 : 1));
    const wasFinal = before.announced !== null && !before.announced.startsWith('pending/');
    if (event !== null)
      assert.equal(event.supersedes, wasFinal ? eventIdOf(capture.captureId, before.sequence) : null);
    assert.ok(to === 'planned' || to === 'sending' || capture.announced !== null, `${to} was not told`);
    assert.ok(capture.contradictedAt === null || to === 'succeeded' || to === 'failed');
    this.#scheduled = schedule.change === 'keep' ? this.#scheduled : schedule.change !== 'clear';
    const isAskedOnceMore = to === 'failed' && capture.provider !== 'payermax' && this.#heard('operator');
    if (!isFinal(capture.status) || capture.contradictedAt !== null) assert.ok(this.#scheduled);
    else assert.ok(!this.#scheduled || isAskedOnceMore);
    if (piece.kind === 'operator') assert.equal(capture.review, null, 'an operator has just looked');
    this.capture = capture;
  }

  #heard(kind: EvidenceKind): boolean {
    return this.evidence.some((piece) => piece.kind === kind);
  }

  #name(): string {
    this.#names += 1;
    return `piece ${String(this.#names)}`;
  }
}

const steps = fc.array(fc.tuple(step, fc.nat(90_000)), { minLength: 1, maxLength: 14 });
const begun = fc
  .constantFrom(...PROVIDERS)
  .map((provider) => aCapture({ provider, body: Buffer.from(aCapture().requestId) }));

describe('a capture in the hands of workers, providers and operators', () => {
  it('keeps to the state machine, is told in a chain without gaps, and is never sent with an outcome', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(begun, steps, (capture, taken) => {
        const history = new History(capture);
        for (const [next, gapMs] of taken) {
          const done = history.take(next, gapMs);
          if (done !== null) seen.set(done, (seen.get(done) ?? 0) + 1);
          if (isFinal(history.capture.status))
            assert.equal(
              licenceOf(history.capture, history.evidence, new Date(history.now + 1e9), POLICY),
              null,
            );
        }
      }),
      { numRuns: 4_000, seed: 7 },
    );
    for (const done of ['becomes succeeded', 'becomes failed', 'becomes cancelled', 'becomes planned'])
      assert.ok((seen.get(done) ?? 0) >= 20, `only ${String(seen.get(done) ?? 0)} times ${done}`);
  });

  it('is judged by the set of what is known, in whatever order', () => {
    const shuffled = fc.tuple(begun, steps, fc.infiniteStream(fc.nat(1_000)));
    fc.assert(
      fc.property(shuffled, ([capture, taken, keys]) => {
        const history = new History(capture);
        for (const [next, gapMs] of taken) history.take(next, gapMs);
        const { evidence } = history;
        const order = evidence
          .map((piece) => ({ piece, key: Number(keys.next().value) }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ piece }) => piece);
        const verdict = (of: readonly Evidence[]) => verdictOf(history.capture, of, POLICY.quietPeriodMs);
        assert.deepEqual(verdict(order), verdict(evidence));
        const at = new Date(history.now);
        assert.equal(
          licenceOf(history.capture, order, at, POLICY),
          licenceOf(history.capture, evidence, at, POLICY),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is sent under another request id only by an operator, or once the provider refused the first one', () => {
    fc.assert(
      fc.property(begun, steps, (capture, taken) => {
        const history = new History(capture);
        for (const [next, gapMs] of taken) {
          const before = history.capture;
          history.take(next, gapMs);
          if (history.capture.generation === before.generation) continue;
          const retries = history.evidence.filter(({ finding }) => finding.is === 'retried');
          const refused = history.evidence.filter(
            ({ finding }) => finding.is === 'id_taken' || finding.is === 'declined',
          );
          assert.ok(retries.some(({ attempt }) => attempt === before.attempts) || refused.length >= 3);
          assert.notEqual(history.capture.requestId, before.requestId);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
