import type { Evidence } from '../capture/evidence.js';
import { evidenceIdOf } from '../capture/ids.js';
import type { NotificationSays, NotifiedFinding, StoredNotification } from '../ports/notification.js';
import type { NotifiedEvidence } from '../ports/notification-store.js';

/** Whether a notification can be evidence at all. */
export function isEvidence(notification: StoredNotification): notification is NotifiedEvidence {
  const says: NotificationSays = notification.says;
  return says.is !== 'hint';
}

/**
 * A notification as evidence of a capture, the same however it came and how often. Its body stays with the notification, where it is kept
 * as it was received.
 */
export function evidenceFrom(captureId: string, notification: NotifiedEvidence): Evidence {
  const { notificationId, at, says, providerCode, providerMessage } = notification;
  return {
    evidenceId: evidenceIdOf(captureId, `notification:${notificationId}`),
    kind: 'notification',
    attempt: null,
    at,
    finding: says,
    providerCode,
    providerMessage,
    raw: null,
  };
}

/**
 * Whether a finding is worth keeping for a capture that doesn't exist yet. It is if it tells of a capture's request: nobody may say it
 * again. What tells of the payment alone (closed, cancelled, authorised) is told by the answer to our own request and by every inquiry,
 * and comes for each payment that is never captured: parked, those would hide the ones that matter.
 */
export function couldDecide(finding: NotifiedFinding): boolean {
  switch (finding.is) {
    case 'captured':
    case 'declined':
    case 'foreign':
      return true;
    case 'closed':
    case 'in_process':
    case 'authorised':
    case 'cancelled':
      return false;
  }
}

/** Whether a finding leaves the matter open, so that it is a reason to ask. */
export function leavesOpen(finding: NotifiedFinding): boolean {
  switch (finding.is) {
    case 'in_process':
    case 'authorised':
    case 'cancelled':
    case 'closed':
      return true;
    case 'captured':
    case 'declined':
    case 'foreign':
      return false;
  }
}
