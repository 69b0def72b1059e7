import type { Capture } from '../../src/capture/capture.js';
import { isAnswer } from '../../src/capture/doubt.js';
import type { Evidence } from '../../src/capture/evidence.js';
import type { StandInOptions } from './session.js';

type Rules = Pick<StandInOptions, 'fold' | 'licenceOf'>;

/** The rules, asked with what a weakened store would show them. */
export function rulesOf({ fold, licenceOf, weakened = new Set() }: StandInOptions): Rules {
  const shown = (capture: Capture, evidence: readonly Evidence[]): readonly Evidence[] => {
    if (weakened.has('uncertainty_forgotten')) return evidence.map((piece) => ofLastAttempt(piece, capture));
    if (weakened.has('evidence_by_arrival')) return evidence.map((piece) => ifLast(piece, evidence));
    return evidence;
  };
  return {
    fold: (capture, evidence, now) => fold(capture, shown(capture, evidence), now),
    licenceOf: (capture, evidence, now) =>
      weakened.has('lease_not_kept') && capture.status.state === 'sending'
        ? 'send'
        : licenceOf(capture, shown(capture, evidence), now),
  };
}

function ofLastAttempt(piece: Evidence, { attempts }: Capture): Evidence {
  const isOutcome = piece.finding.is === 'captured' || piece.finding.is === 'declined';
  return isAnswer(piece) && piece.attempt !== attempts && !isOutcome ? withoutEffect(piece) : piece;
}

function ifLast(piece: Evidence, evidence: readonly Evidence[]): Evidence {
  return decides(piece) && piece !== evidence.findLast(decides) ? withoutEffect(piece) : piece;
}

function decides({ finding }: Evidence): boolean {
  return finding.is === 'captured' || finding.is === 'declined' || finding.is === 'closed';
}

/** The piece as if it had proved that nothing came of it. */
function withoutEffect(piece: Evidence): Evidence {
  return { ...piece, finding: { is: 'not_processed' } };
}
