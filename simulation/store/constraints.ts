import type { Capture } from '../../src/capture/capture.js';
import { isFinal } from '../../src/capture/capture.js';
import { CaptureWorkerError } from '../../src/errors.js';
import { actionFor } from '../../src/store/capture-row.js';
import type { ScheduleRow, Tables } from './tables.js';
import type { Weakness } from './weakness.js';

/** Refuses, as PostgreSQL does, what a constraint or a trigger of the schema speaks against. */
export function refuse(what: string): never {
  throw new CaptureWorkerError('STORE_REFUSED_DATA', `the database refused the data: ${what}`);
}

/** Checks a capture that a transaction has changed, with its row in the schedule, before the transaction is committed. */
export function assertConsistent(
  captureId: string,
  { captures, schedule }: Tables,
  lacks: (safeguard: Weakness) => boolean,
): void {
  const capture = captures.get(captureId)?.capture;
  if (capture === undefined) refuse(`the schedule names capture ${captureId}, which is unknown`);
  const broken = constraintsOn(capture, lacks).find(([, holds]) => !holds);
  if (broken !== undefined) refuse(`capture ${captureId} is against ${broken[0]}`);
  if (!lacks('schedule_apart') && !isScheduled(capture, schedule.get(captureId)))
    refuse(`capture ${captureId} is ${capture.status.state}, and its row in the schedule says otherwise`);
}

function constraintsOn(
  capture: Capture,
  lacks: (safeguard: Weakness) => boolean,
): readonly (readonly [name: string, holds: boolean])[] {
  const { money, orderedAmount, authorisedAmount, status, attempts, attemptsBefore, announced } = capture;
  const isUntold = status.state === 'planned' || status.state === 'sending';
  return [
    ['captures_amount', money.amount > 0n && authorisedAmount >= money.amount],
    ['captures_ordered_what_was_authorised', orderedAmount > 0n && authorisedAmount >= orderedAmount],
    ['captures_attempted_under_a_lease', attempts > 0 === (capture.leaseUntil !== null)],
    ['captures_sends_a_started_attempt', status.state !== 'sending' || status.attempt <= attempts],
    ['captures_attempts_before', attemptsBefore <= attempts],
    ['captures_outcome_is_announced', isUntold || announced !== null],
    [
      'captures_announced_by_an_event',
      lacks('sequence_not_kept') || (announced === null) === (capture.sequence === 0),
    ],
    [
      'captures_only_an_outcome_is_contradicted',
      capture.contradictedAt === null || status.state === 'succeeded' || status.state === 'failed',
    ],
  ];
}

/** Whether the row is what the state calls for. An outcome may be asked about too, since an operator wants it. */
function isScheduled(capture: Capture, row: ScheduleRow | undefined): boolean {
  const action = row?.action ?? null;
  return action === actionFor(capture) || (isFinal(capture.status) && action === 'inquire');
}
