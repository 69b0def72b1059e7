import type { Finding } from '../capture/evidence.js';
import { FAILURE_CATEGORIES } from '../capture/outcome.js';
import type { Column } from './columns.js';
import { integers, texts, times } from './columns.js';
import type { Row } from './row.js';
import { bigintOf, dateOrNull, textOrNull, wordOf } from './row.js';

type Of<Is extends Finding['is']> = Extract<Finding, { readonly is: Is }>;

/** What evidence and notifications have columns for alike: the findings that say more than their word. */
export function capturedIn(row: Row): Of<'captured'> {
  const currency = textOrNull(row, 'currency');
  return {
    is: 'captured',
    money: currency === null ? null : { amount: bigintOf(row, 'amount'), currency },
    requestId: textOrNull(row, 'request_id'),
    providerCaptureId: textOrNull(row, 'provider_capture_id'),
    capturedAt: dateOrNull(row, 'captured_at'),
  };
}

export function declinedIn(row: Row): Of<'declined'> {
  const requestId = textOrNull(row, 'request_id');
  const category = wordOf(row, 'failure_category', FAILURE_CATEGORIES);
  return { is: 'declined', category, ...(requestId === null ? {} : { requestId }) };
}

export function closedIn(row: Row): Of<'closed'> {
  return { is: 'closed', category: wordOf(row, 'failure_category', FAILURE_CATEGORIES) };
}

/** The columns of findings: the word, failure_category, amount, currency, request_id, provider_capture_id, captured_at. */
export function findingColumns(findings: readonly (Finding | { readonly is: 'hint' })[]): readonly Column[] {
  const captured = findings.map((finding) => (finding.is === 'captured' ? finding : null));
  return [
    texts(findings.map(({ is }) => is)),
    texts(findings.map((finding) => ('category' in finding ? finding.category : null))),
    integers(captured.map((finding) => finding?.money?.amount ?? null)),
    texts(captured.map((finding) => finding?.money?.currency ?? null)),
    texts(findings.map((finding) => ('requestId' in finding ? (finding.requestId ?? null) : null))),
    texts(captured.map((finding) => finding?.providerCaptureId ?? null)),
    times(captured.map((finding) => finding?.capturedAt ?? null)),
  ];
}
