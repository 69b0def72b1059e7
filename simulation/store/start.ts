import type { Capture } from '../../src/capture/capture.js';
import { attemptIdOf } from '../../src/capture/ids.js';
import { started } from '../../src/capture/state-machine.js';
import type { StartRequest } from '../../src/ports/store.js';
import { assertDistinct } from '../../src/store/columns.js';
import { underLicence } from '../../src/store/start.js';
import { writeAttempt } from './attempts.js';
import type { Session } from './session.js';

/** See `CaptureStore.start`. */
export function start(session: Session, requests: readonly StartRequest[]): readonly (Capture | null)[] {
  assertDistinct(requests.map(({ captureId }) => captureId));
  return session.transaction(() => requests.map((request) => startOne(session, request)));
}

function startOne(session: Session, { captureId, leaseMs, worker }: StartRequest): Capture | null {
  const { tables, licenceOf, now, lacks } = session;
  const row = tables.captures.get(captureId);
  if (row === undefined) return null;
  if (!lacks('pause_unheeded') && tables.pauses.has(row.capture.account)) return null;
  const licence = licenceOf(row.capture, [...row.evidence.values()], now());
  if (licence === null) return null;
  const leaseUntil = new Date(now().getTime() + leaseMs);
  const capture = started(underLicence(row.capture, licence), leaseUntil);
  if (lacks('attempt_after_send')) return capture;
  // From now on it isn't its claim's to send any more.
  const token = lacks('token_kept') ? row.token : attemptIdOf(captureId, capture.attempts);
  tables.captures.set(captureId, { ...row, capture, token });
  writeAttempt(session, capture, worker);
  session.within('schedule_apart', () => {
    const { account } = capture;
    tables.schedule.set(captureId, { captureId, account, action: 'lapse', dueAt: leaseUntil.getTime() });
  });
  return capture;
}
