/**
 * Safeguards of the store that can be taken away, one at a time, so that a simulation can show what each of them is for.
 *
 * - `claim_reference_not_unique`: a second claim of a capture reference overwrites the capture as if it were new.
 * - `claim_payment_not_unique`: a payment can be claimed again under another reference.
 * - `token_kept`: an attempt that is started later leaves the claim's token, so a repetition of the claim takes it for its own.
 * - `attempt_not_with_claim`, `attempt_after_send`: whoever claims, or starts, may send, and nothing of it is on record.
 * - `pause_unheeded`: sends are started through a paused account.
 * - `lease_not_kept`: another attempt may start, and a lapse may be recorded, while a lease runs.
 * - `fresh_unchecked`: a first answer is written without a look at what has become of the capture since its claim.
 * - `outbox_apart`, `schedule_apart`: the event, or the schedule row, isn't written in the transaction that changes the capture.
 * - `evidence_needs_lease`: an answer that comes after its lease has run out is dropped.
 * - `uncertainty_forgotten`: only the last attempt can be in doubt.
 * - `evidence_by_arrival`: what arrived last decides, whatever was decided before.
 * - `notification_delays`: a notification puts an inquiry off.
 * - `notifications_not_distinct`: a notification that comes again is kept and queued again.
 * - `parking_unlocked`: a notification that was parked after its capture had been claimed isn't joined with it.
 * - `due_not_pushed`: what one worker has taken is due for the next one too.
 * - `two_events_in_flight`: several events of one capture are handed out at once, the newest first.
 * - `shards_shared`: every relay holds every shard.
 * - `sequence_not_kept`: every event of a capture is its first.
 */
export const WEAKNESSES = [
  'claim_reference_not_unique',
  'claim_payment_not_unique',
  'token_kept',
  'attempt_not_with_claim',
  'attempt_after_send',
  'pause_unheeded',
  'lease_not_kept',
  'fresh_unchecked',
  'outbox_apart',
  'schedule_apart',
  'evidence_needs_lease',
  'uncertainty_forgotten',
  'evidence_by_arrival',
  'notification_delays',
  'notifications_not_distinct',
  'parking_unlocked',
  'due_not_pushed',
  'two_events_in_flight',
  'shards_shared',
  'sequence_not_kept',
] as const;
export type Weakness = (typeof WEAKNESSES)[number];
