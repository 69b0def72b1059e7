import type { Assumption } from '../../src/capture/assumption.js';
import type { Capture } from '../../src/capture/capture.js';
import type { Evidence } from '../../src/capture/evidence.js';
import type { CaptureEvent } from '../../src/capture/events.js';
import type { ScheduledAction } from '../../src/capture/schedule.js';
import { nextGeneration, started } from '../../src/capture/state-machine.js';
import type { CaptureStore, Folder, Licensor } from '../../src/ports/store.js';

interface Row {
  token: string;
  capture: Capture;
  leaseUntil: number;
  evidence: Map<string, Evidence>;
  scheduled: { action: ScheduledAction; dueAt: number } | null;
}

/** As the store writes it with the claim. */
function assumedPiece({ evidenceId, finding }: Assumption, at: Date): Evidence {
  return {
    evidenceId,
    kind: 'capture_response',
    attempt: 1,
    at,
    finding: { is: finding },
    providerCode: null,
    providerMessage: null,
    raw: null,
  };
}

/** The store's contract in memory, for running the capture path without PostgreSQL. Time is whatever `now` says, in ms. */
export interface MemoryStore extends CaptureStore {
  readonly rows: ReadonlyMap<string, Row>;
  readonly events: readonly CaptureEvent[];
  /** The accounts that are paused. */
  readonly paused: Set<string>;
}

export function memoryStore({
  fold,
  licenceOf,
  now,
}: {
  fold: Folder;
  licenceOf: Licensor;
  now: () => number;
}): MemoryStore {
  const rows = new Map<string, Row>();
  const events: CaptureEvent[] = [];
  const paused = new Set<string>();

  function leased(capture: Capture, leaseMs: number, row: Pick<Row, 'token' | 'evidence'>): Row {
    const leaseUntil = now() + leaseMs;
    const next: Row = {
      capture: started(capture, new Date(leaseUntil)),
      leaseUntil,
      token: row.token,
      evidence: row.evidence,
      scheduled: { action: 'lapse', dueAt: leaseUntil },
    };
    rows.set(capture.captureId, next);
    return next;
  }

  function byPayment({ provider, merchantId, paymentId }: Capture): Row | undefined {
    return [...rows.values()].find(
      ({ capture: other }) =>
        other.provider === provider && other.merchantId === merchantId && other.paymentId === paymentId,
    );
  }

  return {
    rows,
    events,
    paused,
    claim: (requests) =>
      Promise.resolve(
        requests.map(({ token, capture, start, assumed, dueInMs }) => {
          const existing = rows.get(capture.captureId) ?? byPayment(capture);
          if (existing !== undefined) {
            const { status, attempts } = existing.capture;
            const untouched =
              (status.state === 'planned' && attempts === 0) ||
              (status.state === 'sending' && attempts === 1 && (start !== null || assumed !== undefined));
            return { claimed: existing.token === token && untouched, capture: existing.capture };
          }
          const fresh = { token, evidence: new Map<string, Evidence>() };
          if (assumed !== undefined) {
            const piece = assumedPiece(assumed, new Date(now()));
            const row = leased(capture, 0, { token, evidence: new Map([[piece.evidenceId, piece]]) });
            row.scheduled = { action: 'lapse', dueAt: now() + dueInMs };
            return { claimed: true, capture: row.capture };
          }
          if (start !== null && !paused.has(capture.account))
            return { claimed: true, capture: leased(capture, start.leaseMs, fresh).capture };
          rows.set(capture.captureId, {
            ...fresh,
            capture,
            leaseUntil: 0,
            scheduled: { action: 'send', dueAt: now() + dueInMs },
          });
          return { claimed: true, capture };
        }),
      ),
    start: (requests) =>
      Promise.resolve(
        requests.map(({ captureId, leaseMs }) => {
          const row = rows.get(captureId);
          if (row === undefined || paused.has(row.capture.account)) return null;
          const licence = licenceOf(row.capture, [...row.evidence.values()], new Date(now()));
          if (licence === null) return null;
          const next = licence === 'next_generation' ? nextGeneration(row.capture) : row.capture;
          return leased(next, leaseMs, { ...row, token: 'taken over' }).capture;
        }),
      ),
    record: (requests) =>
      Promise.resolve(
        requests.map(({ captureId, pieces }) => {
          const row = rows.get(captureId);
          if (row === undefined) return null;
          const fresh = pieces.filter(({ evidenceId }) => !row.evidence.has(evidenceId));
          if (pieces.length > 0 && fresh.length === 0) return row.capture;
          for (const piece of fresh) row.evidence.set(piece.evidenceId, piece);
          const { capture, event, schedule } = fold(row.capture, [...row.evidence.values()], new Date(now()));
          row.capture = capture;
          if (event !== null) events.push(event);
          if (schedule.change === 'clear') row.scheduled = null;
          if (schedule.change === 'park') row.scheduled = { action: 'inquire', dueAt: Infinity };
          if (schedule.change === 'set')
            row.scheduled = { action: schedule.action, dueAt: now() + schedule.dueInMs };
          return capture;
        }),
      ),
    takeDue: ({ actions, rooms, limit, takenForMs }) => {
      const left = new Map<string | null, number>([...rooms, [null, limit]]);
      const due = [...rows.values()]
        .flatMap((row) => (row.scheduled === null ? [] : [{ row, scheduled: row.scheduled }]))
        .filter(({ scheduled }) => actions.includes(scheduled.action) && scheduled.dueAt <= now())
        .toSorted((one, other) => one.scheduled.dueAt - other.scheduled.dueAt)
        .filter(({ row, scheduled }) => {
          const { account } = row.capture;
          const room = scheduled.action !== 'lapse' && rooms.has(account) ? account : null;
          const places = left.get(room) ?? 0;
          left.set(room, places - 1);
          return places > 0;
        });
      for (const { row, scheduled } of due) row.scheduled = { ...scheduled, dueAt: now() + takenForMs };
      return Promise.resolve(
        due.map(({ row, scheduled }) => ({
          action: scheduled.action,
          capture: row.capture,
          takenAt: new Date(now()),
          paused: paused.has(row.capture.account),
        })),
      );
    },
  };
}
