import { captureIdOf, evidenceIdOf } from '../../src/capture/ids.js';
import type { CaptureCall } from '../../src/ports/provider.js';
import { couldDecide, isEvidence } from '../../src/worker/notified.js';
import type { Host } from '../host.js';
import type { Views } from '../store/views.js';
import type { Finding } from './findings.js';

/** A call's answer has come back to a process. */
export interface Heard {
  readonly host: Host;
  readonly call: CaptureCall;
}

/**
 * Whether what workers were told is on record, however late it came: each notification that was stored, and could decide its capture, and
 * the answers to as many requests as came back to processes that live.
 */
export function judgeKept(views: Views, heard: readonly Heard[]): readonly Finding[] {
  return [...forgottenNotifications(views), ...forgottenAnswers(views, heard)];
}

function forgottenNotifications({ notifications, captures, parked }: Views): readonly Finding[] {
  return [...notifications.values()].flatMap((notification): readonly Finding[] => {
    const { notificationId } = notification;
    const captureId = captureIdOf(notification);
    const row = captures.get(captureId);
    if (row === undefined || !isEvidence(notification) || !couldDecide(notification.says)) return [];
    if (row.evidence.has(evidenceIdOf(captureId, `notification:${notificationId}`))) return [];
    if (parked.has(notificationId)) return [];
    return [{ broken: 'evidence kept', what: `notification ${notificationId} is no evidence` }];
  });
}

function forgottenAnswers({ captures }: Views, heard: readonly Heard[]): readonly Finding[] {
  return [...captures.values()].flatMap(({ capture, evidence }): readonly Finding[] => {
    const came = heard.filter(
      ({ host, call }) => host.isUp && call.captureReference === capture.captureReference,
    ).length;
    const kept = [...evidence.values()].filter(
      ({ kind, finding }) => kind === 'capture_response' && finding.is !== 'lapsed',
    ).length;
    if (came <= kept) return [];
    return [
      { broken: 'evidence kept', what: `${String(came)} answers came, and ${String(kept)} are on record` },
    ];
  });
}
