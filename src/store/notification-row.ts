import { PROVIDERS } from '../capture/capture.js';
import type { NotifiedFinding, StoredNotification } from '../ports/notification.js';
import { NOTIFIED_FINDINGS } from '../ports/notification.js';
import type { NotificationRecord, NotifiedEvidence } from '../ports/notification-store.js';
import type { Column } from './columns.js';
import { byteStrings, texts, times } from './columns.js';
import { capturedIn, closedIn, declinedIn, findingColumns } from './finding-row.js';
import type { Row } from './row.js';
import { bigintOrNull, bytesOrNull, dateOf, dateOrNull, textOf, textOrNull, wordOf } from './row.js';

/** The columns that the readers below need, of a table named `n`. */
export const NOTIFICATION_COLUMNS = `
  encode(n.notification_id, 'hex') as notification_id, n.provider, n.merchant_id, n.account, n.capture_reference,
  n.received_at, n.at, n.says, n.failure_category, n.amount, n.currency, n.request_id, n.provider_capture_id,
  n.captured_at, n.provider_code, n.provider_message, n.raw`;

/** A row of `notifications` as its topic has it. */
export function notificationRecordOf(row: Row): NotificationRecord {
  return {
    notificationId: textOf(row, 'notification_id'),
    provider: textOf(row, 'provider'),
    account: textOf(row, 'account'),
    merchantId: textOf(row, 'merchant_id'),
    captureReference: textOf(row, 'capture_reference'),
    receivedAt: dateOf(row, 'received_at'),
    says: textOf(row, 'says'),
    at: dateOf(row, 'at'),
    amount: bigintOrNull(row, 'amount'),
    currency: textOrNull(row, 'currency'),
    requestId: textOrNull(row, 'request_id'),
    providerCaptureId: textOrNull(row, 'provider_capture_id'),
    capturedAt: dateOrNull(row, 'captured_at'),
    category: textOrNull(row, 'failure_category'),
    providerCode: textOrNull(row, 'provider_code'),
    providerMessage: textOrNull(row, 'provider_message'),
  };
}

/** A row of a notification that isn't a hint. Throws STORE_REFUSED_DATA if it says something that this version doesn't know. */
export function notifiedEvidenceOf(row: Row): NotifiedEvidence {
  const { notificationId, merchantId, account, captureReference, receivedAt, at, ...rest } =
    notificationRecordOf(row);
  return {
    notificationId,
    provider: wordOf(row, 'provider', PROVIDERS),
    merchantId,
    account,
    captureReference,
    receivedAt,
    at,
    says: findingOf(row),
    providerCode: rest.providerCode,
    providerMessage: rest.providerMessage,
    raw: bytesOrNull(row, 'raw'),
  };
}

function findingOf(row: Row): NotifiedFinding {
  const is = wordOf(row, 'says', NOTIFIED_FINDINGS);
  switch (is) {
    case 'captured':
      return capturedIn(row);
    case 'declined':
      return declinedIn(row);
    case 'closed':
      return closedIn(row);
    case 'in_process':
    case 'authorised':
    case 'cancelled':
    case 'foreign':
      return { is };
  }
}

/** The columns of `notifications` in the table's order, `notification_id` as hexadecimal text. */
export function notificationColumns(notifications: readonly StoredNotification[]): readonly Column[] {
  return [
    texts(notifications.map(({ notificationId }) => notificationId)),
    texts(notifications.map(({ provider }) => provider)),
    texts(notifications.map(({ merchantId }) => merchantId)),
    texts(notifications.map(({ account }) => account)),
    texts(notifications.map(({ captureReference }) => captureReference)),
    times(notifications.map(({ receivedAt }) => receivedAt)),
    times(notifications.map(({ at }) => at)),
    ...findingColumns(notifications.map(({ says }) => says)),
    texts(notifications.map(({ providerCode }) => providerCode)),
    texts(notifications.map(({ providerMessage }) => providerMessage)),
    byteStrings(notifications.map(({ raw }) => raw)),
  ];
}

/** The parameters that `notificationColumns` fills, from $1 on, as a table of one row a notification. */
export const NOTIFICATION_ROWS = `unnest(
  $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[],
  $9::text[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::text[], $16::text[],
  $17::bytea[]
) as t (
  notification_id, provider, merchant_id, account, capture_reference, received_at, at, says, failure_category, amount,
  currency, request_id, provider_capture_id, captured_at, provider_code, provider_message, raw
)`;
