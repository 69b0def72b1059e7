import assert from 'node:assert/strict';
import type { Capture } from '../../src/capture/capture.js';
import type { Evidence, EvidenceKind, Finding } from '../../src/capture/evidence.js';
import type { Act, Refusal, Standing } from '../../src/capture/operator.js';
import { isRefusal } from '../../src/capture/operator.js';
import type { Decision } from '../../src/capture/state-machine.js';
import { fold, started } from '../../src/capture/state-machine.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from './captures.js';

export const DECLINED: Finding = { is: 'declined', category: 'funds' };
/** When operators act: ten minutes after the capture was claimed. */
export const LATER = new Date(EPOCH.getTime() + 600_000);

/** A capture as the fold of this evidence leaves it, ten minutes after it was claimed. */
export function standing(begun: Capture, evidence: readonly Evidence[] = []): Standing {
  const { capture } = fold({ capture: begun, evidence, now: EPOCH, random: 0.5 }, POLICY);
  return { capture: evidence.length === 0 ? begun : capture, evidence, now: LATER };
}

/** A capture whose first attempt is under way, and one in each state that operators meet. */
export const sent = started(aCapture(), LEASE_END);
export const pending = standing(sent, [anAnswer(1, { is: 'unknown' })]);
export const succeeded = standing(sent, [anAnswer(1, CAPTURED)]);
export const failed = standing(sent, [anAnswer(1, DECLINED)]);
export const planned = standing(aCapture());
export const cancelled = standing(aCapture({ status: { state: 'cancelled' } }));

/** A word that answers no attempt. */
export function from(kind: EvidenceKind, finding: Finding, at: Date): Evidence {
  return { ...anAnswer(1, finding, `${kind} ${finding.is}`), kind, attempt: null, at };
}

/** Why it is refused; fails if it isn't. */
export function whyNot(decided: object | null): string {
  assert.ok(decided !== null && isRefusal(decided), 'it is allowed');
  return decided.refused;
}

/** The fold of what is decided, as the store does it. */
export function done({ evidence, now }: Standing, decided: Act | Refusal): Decision {
  assert.ok(!isRefusal(decided), 'refused');
  const decision = fold(
    { capture: decided.capture, evidence: [...evidence, decided.piece], now, random: 0.5 },
    POLICY,
  );
  assert.equal(decision.capture.status.state, decided.becomes);
  return decision;
}
