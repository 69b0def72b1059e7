import type { Evidence, Finding } from '../capture/evidence.js';
import { EVIDENCE_KINDS } from '../capture/evidence.js';
import type { Column } from './columns.js';
import { byteStrings, integers, texts, times } from './columns.js';
import { capturedIn, closedIn, declinedIn, findingColumns } from './finding-row.js';
import type { Row } from './row.js';
import { bytesOrNull, dateOf, integerOrNull, notUnderstood, textOf, textOrNull, wordOf } from './row.js';

/** The columns that `evidenceOf` reads, of a table named `e`. */
export const EVIDENCE_COLUMNS = `
  e.capture_id, e.evidence_id, e.kind, e.attempt, e.at, e.finding, e.failure_category,
  e.amount, e.currency, e.request_id, e.provider_capture_id, e.captured_at,
  e.provider_code, e.provider_message, e.raw, e.knew`;

// A record, so that the compiler misses a finding that is added to the type.
const FINDINGS: Readonly<Record<Finding['is'], true>> = {
  captured: true,
  declined: true,
  closed: true,
  in_process: true,
  busy: true,
  unknown: true,
  id_taken: true,
  lapsed: true,
  assumed_sent: true,
  assumed_repeatable: true,
  not_sent: true,
  not_processed: true,
  account_fault: true,
  probe_refused: true,
  authorised: true,
  cancelled: true,
  withdrawn: true,
  retried: true,
  foreign: true,
};
// Object.keys forgets the type of the keys.
const FINDING_WORDS = Object.keys(FINDINGS) as Finding['is'][];

/** A row of `evidence` as the domain sees it. Throws STORE_REFUSED_DATA if it says something that this version doesn't know. */
export function evidenceOf(row: Row): Evidence {
  return {
    evidenceId: textOf(row, 'evidence_id'),
    kind: wordOf(row, 'kind', EVIDENCE_KINDS),
    attempt: integerOrNull(row, 'attempt'),
    at: dateOf(row, 'at'),
    finding: findingOf(row),
    providerCode: textOrNull(row, 'provider_code'),
    providerMessage: textOrNull(row, 'provider_message'),
    raw: bytesOrNull(row, 'raw'),
    ...(row['knew'] === null ? {} : { knew: idsOf(row, 'knew') }),
  };
}

function idsOf(row: Row, column: string): readonly string[] {
  const value = row[column];
  return Array.isArray(value) && value.every((id) => typeof id === 'string')
    ? value
    : notUnderstood(row, column, 'a list of ids');
}

function findingOf(row: Row): Finding {
  const is = wordOf(row, 'finding', FINDING_WORDS);
  switch (is) {
    case 'captured':
      return capturedIn(row);
    case 'declined':
      return declinedIn(row);
    case 'closed':
      return closedIn(row);
    case 'in_process':
    case 'busy':
    case 'unknown':
    case 'id_taken':
    case 'lapsed':
    case 'assumed_sent':
    case 'assumed_repeatable':
    case 'not_sent':
    case 'not_processed':
    case 'account_fault':
    case 'probe_refused':
    case 'authorised':
    case 'cancelled':
    case 'withdrawn':
    case 'retried':
    case 'foreign':
      return { is };
  }
}

/** A piece of evidence and the capture that it is of. */
export interface EvidenceOf {
  readonly captureId: string;
  readonly piece: Evidence;
}

/** The columns of `evidence` but `recorded_at`, in the order of EVIDENCE_COLUMNS. */
export function evidenceColumns(pieces: readonly EvidenceOf[]): readonly Column[] {
  return [
    texts(pieces.map(({ captureId }) => captureId)),
    texts(pieces.map(({ piece }) => piece.evidenceId)),
    texts(pieces.map(({ piece }) => piece.kind)),
    integers(pieces.map(({ piece }) => piece.attempt)),
    times(pieces.map(({ piece }) => piece.at)),
    ...findingColumns(pieces.map(({ piece }) => piece.finding)),
    texts(pieces.map(({ piece }) => piece.providerCode)),
    texts(pieces.map(({ piece }) => piece.providerMessage)),
    byteStrings(pieces.map(({ piece }) => piece.raw)),
    texts(pieces.map(({ piece: { knew } }) => (knew === undefined ? null : JSON.stringify(knew)))),
  ];
}
