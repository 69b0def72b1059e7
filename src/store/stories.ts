import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import type { ScheduledAction } from '../capture/schedule.js';
import type { LogRecord } from '../ports/log.js';
import type { OperatorAction } from '../ports/operator.js';
import type { OrderSource } from '../ports/store.js';
import { CAPTURE_COLUMNS, captureOf, SCHEDULED_ACTIONS } from './capture-row.js';
import { EVIDENCE_COLUMNS, evidenceOf } from './evidence-row.js';
import { RECORD_COLUMNS, recordOf } from './event-row.js';
import { actionsOn } from './operator-actions.js';
import type { Row } from './row.js';
import { bigintOf, booleanOf, dateOf, dateOrNull, integerOf, textOf, wordOf } from './row.js';
import type { Session, Statement } from './session.js';
import { BEGIN_SNAPSHOT, withTransaction } from './session.js';

/** All that the store knows of one capture, as of one moment. */
export interface Story {
  readonly capture: Capture;
  readonly source: OrderSource;
  readonly updatedAt: Date;
  /** Who may be sending, and until when by database time; null if nobody is. */
  readonly lease: Lease | null;
  /** Whether its account is paused: nothing is sent through it then. */
  readonly paused: boolean;
  /** Null for a capture with an outcome, unless it is to be asked about. */
  readonly scheduled: Scheduled | null;
  /** Oldest first, as are evidence, events and actions. */
  readonly attempts: readonly Attempt[];
  readonly evidence: readonly RecordedEvidence[];
  readonly events: readonly StoredEvent[];
  /** What operators did to it. */
  readonly actions: readonly OperatorAction[];
}

export interface Lease {
  readonly worker: string;
  readonly until: Date;
}

export interface Scheduled {
  readonly action: ScheduledAction;
  /** Null if it waits for a person. */
  readonly dueAt: Date | null;
}

export interface Attempt {
  readonly attemptId: string;
  readonly kind: 'capture' | 'inquiry';
  readonly number: number;
  readonly generation: number;
  readonly requestId: string;
  readonly worker: string;
  readonly startedAt: Date;
  readonly leaseUntil: Date;
}

export interface RecordedEvidence {
  readonly evidence: Evidence;
  readonly recordedAt: Date;
}

export interface StoredEvent {
  readonly eventId: string;
  readonly sequence: number;
  readonly type: string;
  readonly createdAt: Date;
  /** False while it is still queued. */
  readonly published: boolean;
  readonly record: LogRecord;
}

const STORY: Statement = {
  name: 'story',
  text: `
    select ${CAPTURE_COLUMNS}, c.source_event_id, c.source_topic, c.source_partition, c.source_offset, c.updated_at,
      c.lease_worker, s.action, nullif(s.due_at, 'infinity') as due_at,
      exists (select from account_pauses p where p.account = c.account) as paused
    from captures c left join schedule s using (capture_id)
    where c.capture_id = $1`,
};

const STORY_ATTEMPTS: Statement = {
  name: 'story_attempts',
  text: `
    select capture_id, attempt_id, kind, number, generation, request_id, worker, started_at, lease_until
    from attempts where capture_id = $1
    order by started_at, kind, number`,
};

const STORY_EVIDENCE: Statement = {
  name: 'story_evidence',
  text: `
    select ${EVIDENCE_COLUMNS}, e.recorded_at
    from evidence e where e.capture_id = $1
    order by e.recorded_at, e.at, e.evidence_id`,
};

const STORY_EVENTS: Statement = {
  name: 'story_events',
  text: `
    select o.id, o.capture_id, o.sequence, o.type, o.created_at, ${RECORD_COLUMNS},
      o.id <> all(array(select q.event_id from outbox_queue q where q.capture_id = $1)) as published
    from outbox o where o.capture_id = $1
    order by o.sequence`,
};

/** The whole story of a capture, or null if there is none with this id (a UUID). */
export async function storyOf(pool: pg.Pool, captureId: string): Promise<Story | null> {
  const read = async (session: Session): Promise<Story | null> => {
    const [row] = await session.query(STORY, [captureId]);
    if (row === undefined) return null;
    const attempts = await session.query(STORY_ATTEMPTS, [captureId]);
    const evidence = await session.query(STORY_EVIDENCE, [captureId]);
    const events = await session.query(STORY_EVENTS, [captureId]);
    return {
      capture: captureOf(row),
      source: sourceOf(row),
      updatedAt: dateOf(row, 'updated_at'),
      lease: leaseOf(row),
      paused: booleanOf(row, 'paused'),
      scheduled: scheduledOf(row),
      attempts: attempts.map(attemptOf),
      evidence: evidence.map((piece) => ({
        evidence: evidenceOf(piece),
        recordedAt: dateOf(piece, 'recorded_at'),
      })),
      events: events.map(storedEventOf),
      actions: await actionsOn(session, captureId),
    };
  };
  return withTransaction(pool, 'reading a capture', read, BEGIN_SNAPSHOT);
}

function sourceOf(row: Row): OrderSource {
  return {
    eventId: textOf(row, 'source_event_id'),
    topic: textOf(row, 'source_topic'),
    partition: integerOf(row, 'source_partition'),
    offset: bigintOf(row, 'source_offset'),
  };
}

/** The lease of the attempt under way. */
function leaseOf(row: Row): Lease | null {
  if (textOf(row, 'state') !== 'sending') return null;
  return { worker: textOf(row, 'lease_worker'), until: dateOf(row, 'lease_until') };
}

function scheduledOf(row: Row): Scheduled | null {
  if (row['action'] === null) return null;
  return { action: wordOf(row, 'action', SCHEDULED_ACTIONS), dueAt: dateOrNull(row, 'due_at') };
}

function attemptOf(row: Row): Attempt {
  return {
    attemptId: textOf(row, 'attempt_id'),
    kind: wordOf(row, 'kind', ['capture', 'inquiry']),
    number: integerOf(row, 'number'),
    generation: integerOf(row, 'generation'),
    requestId: textOf(row, 'request_id'),
    worker: textOf(row, 'worker'),
    startedAt: dateOf(row, 'started_at'),
    leaseUntil: dateOf(row, 'lease_until'),
  };
}

function storedEventOf(row: Row): StoredEvent {
  return {
    eventId: textOf(row, 'id'),
    sequence: integerOf(row, 'sequence'),
    type: textOf(row, 'type'),
    createdAt: dateOf(row, 'created_at'),
    published: booleanOf(row, 'published'),
    record: recordOf(row),
  };
}
