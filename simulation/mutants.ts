import type { Edit } from '../dev/edited-modules/edit.js';
import type { Weakness } from './store/weakness.js';

/**
 * The design without one of its safeguards. A mutant is either the stand-in of the store without one (weakness.ts says what each means), or
 * a module of the worker in which one piece of text is another. The simulation must break a promise for each: a safeguard that can be
 * taken away without anybody noticing is either none, or not looked at.
 *
 * `without` says what safeguard it lacks, and `caughtBy` is the seed of a schedule that notices.
 */
export type Mutant = StoreMutant | CodeMutant;

export interface StoreMutant {
  readonly name: Weakness;
  readonly kind: 'store';
  readonly without: string;
  readonly caughtBy: number;
}

export interface CodeMutant {
  readonly name: string;
  readonly kind: 'code';
  readonly without: string;
  readonly caughtBy: number;
  /** More than one where the safeguard stands in more than one place. */
  readonly edits: readonly Edit[];
}

const CODE_MUTANTS: readonly CodeMutant[] = [
  {
    name: 'lease_unchecked',
    kind: 'code',
    without: 'the last look at the lease before the first byte',
    caughtBy: 100,
    edits: [
      {
        module: 'src/worker/send.js',
        where: 'instead',
        anchor:
          'mayWrite: () => clock.monotonic() - leasedAt + account.client.timeoutMs + LEASE_RESERVE_MS <= leaseMs,',
        code: 'mayWrite: () => true,',
      },
    ],
  },
  {
    name: 'resend_unasked',
    kind: 'code',
    without: 'inquiries before a resend',
    caughtBy: 20,
    edits: [
      {
        module: 'src/capture/licence.js',
        where: 'instead',
        anchor:
          'if (first === undefined || last === undefined || last - first < resendSpacingMs) return null;',
        code: '',
      },
    ],
  },
  {
    name: 'one_inquiry_enough',
    kind: 'code',
    without: 'a second inquiry, some time after the first, before a resend',
    caughtBy: 159,
    edits: [
      {
        module: 'src/capture/licence.js',
        where: 'instead',
        anchor: 'last - first < resendSpacingMs',
        code: 'false',
      },
    ],
  },
  {
    name: 'resend_though_held',
    kind: 'code',
    without: 'no resend after an answer that the payment is held or in process',
    caughtBy: 29,
    edits: [
      {
        module: 'src/capture/licence.js',
        where: 'instead',
        anchor: 'if (evidence.some((piece) => forbidsResend(piece, capture))) return null;',
        code: '',
      },
    ],
  },
  {
    name: 'no_quiet_period',
    kind: 'code',
    without: 'the quiet period',
    caughtBy: 63,
    edits: [
      {
        module: 'simulation/policy.js',
        where: 'instead',
        anchor: 'quietPeriodMs: SCALE.quietPeriod,',
        code: 'quietPeriodMs: 0,',
      },
    ],
  },
  {
    name: 'epoch_unfenced',
    kind: 'code',
    without: 'the epoch: work of an earlier assignment commits offsets of the next',
    caughtBy: 1_163,
    edits: [
      {
        module: 'src/kafka/watermark.js',
        where: 'instead',
        anchor: 'if (epoch !== ofEpoch || partition === undefined) return null;',
        code: 'if (partition === undefined) return null;',
      },
      {
        module: 'src/kafka/runner.js',
        where: 'instead',
        anchor: 'const isOver = () => isClosed() || stint.ending.aborted || watermarks.epoch !== epoch;',
        code: 'const isOver = () => isClosed();',
      },
    ],
  },
  {
    name: 'committed_before_done',
    kind: 'code',
    without: 'completion only after the work is durable',
    caughtBy: 10,
    edits: [
      {
        module: 'src/kafka/runner.js',
        where: 'instead',
        anchor: 'await process(message); counts.completed += 1; ticket.complete();',
        code: 'ticket.complete(); await process(message); counts.completed += 1;',
      },
    ],
  },
  {
    name: 'watermark_skips',
    kind: 'code',
    without: 'a watermark below the first message that is not done',
    caughtBy: 1,
    edits: [
      {
        module: 'src/kafka/watermark.js',
        where: 'instead',
        anchor: 'return firstOf(open.keys()) ?? next;',
        code: 'return next;',
      },
    ],
  },
  {
    name: 'evidence_unranked',
    kind: 'code',
    without: 'the rank of evidence',
    caughtBy: 37,
    edits: [
      {
        module: 'src/capture/verdict.js',
        where: 'instead',
        anchor: 'rankOf(a.kind) - rankOf(b.kind) ||',
        code: '',
      },
    ],
  },
  {
    name: 'refusal_believed',
    kind: 'code',
    without: 'doubt: a refusal counts though an earlier request may have got through',
    caughtBy: 31,
    edits: [
      {
        module: 'src/capture/verdict.js',
        where: 'instead',
        anchor: 'return nothingElseMayHaveBeenSent(piece, { evidence, attempts });',
        code: 'return true;',
      },
    ],
  },
  {
    name: 'early_inquiry_believed',
    kind: 'code',
    without: 'quiet inquiries: a refusal that is shown counts though a request may yet be executed',
    caughtBy: 63,
    edits: [
      {
        module: 'src/capture/verdict.js',
        where: 'instead',
        anchor: 'return isQuiet(piece, capture, quietPeriodMs) || isSettled();',
        code: 'return true;',
      },
    ],
  },
  {
    name: 'repeat_refusal_believed',
    kind: 'code',
    without: 'doubt: an attempt that may have got through is taken for one that came to nothing',
    caughtBy: 12,
    edits: [
      {
        module: 'src/capture/doubt.js',
        where: 'instead',
        anchor: 'return words.length === 0 || !words.every(({ finding }) => provesNoEffect(finding));',
        code: 'return words.length === 0;',
      },
    ],
  },
  {
    name: 'silence_is_failure',
    kind: 'code',
    without: 'the unknown outcome: silence is taken for proof that nothing left',
    caughtBy: 10,
    edits: [
      {
        module: 'simulation/providers/client.js',
        where: 'instead',
        anchor: "end(answerOf({ is: 'unknown' }, 'nothing'));",
        code: "end(answerOf({ is: 'not_sent' }, 'nothing'));",
      },
    ],
  },
  {
    name: 'any_claim_is_ours',
    kind: 'code',
    without: 'the token of a claim: a claim that was found is taken for the own one',
    caughtBy: 8,
    edits: [
      {
        module: 'src/store/claim.js',
        where: 'instead',
        anchor: 'if (token !== request.token) return false;',
        code: '',
      },
    ],
  },
  {
    name: 'no_sweep',
    kind: 'code',
    without: 'the sweep that joins parked notifications',
    caughtBy: 41,
    edits: [
      {
        module: 'src/worker/join-parked.js',
        where: 'instead',
        anchor: 'const done = found.filter((_, index) => joined[index] === true);',
        code: 'const done = [];',
      },
    ],
  },
  {
    name: 'unparked',
    kind: 'code',
    without: 'parking of what comes before its capture',
    caughtBy: 41,
    edits: [
      {
        module: 'src/worker/take-notification.js',
        where: 'instead',
        anchor: 'await parked.park(notification);',
        code: '',
      },
    ],
  },
  {
    name: 'subscriber_unruled',
    kind: 'code',
    without: "the subscriber's rule of sequences",
    caughtBy: 7,
    edits: [
      {
        module: 'simulation/subscriber.js',
        where: 'instead',
        anchor: 'if (last !== undefined && event.sequence <= last.sequence) return;',
        code: '',
      },
    ],
  },
  {
    name: 'unqueued_before_acknowledged',
    kind: 'code',
    without: 'events on the queue until Kafka has acknowledged them',
    caughtBy: 2,
    edits: [
      {
        module: 'producers/outbox-relay.js',
        where: 'instead',
        anchor: 'await producer.append(events.map(({ record }) => record));',
        code: 'await store.published(events.map(({ queueId }) => queueId)); await producer.append(events.map(({ record }) => record));',
      },
    ],
  },
];

/**
 * Of the store's. What is left out breaks no promise, by itself, that a world is held to: it spares work, or keeps what another safeguard
 * keeps as well. The store's own tests look after that.
 */
const STORE_MUTANTS = {
  claim_reference_not_unique: { without: 'one claim of a capture reference', caughtBy: 1 },
  claim_payment_not_unique: { without: 'one claim of a payment', caughtBy: 6 },
  attempt_not_with_claim: { without: 'the attempt on record with the claim', caughtBy: 1 },
  attempt_after_send: { without: 'the attempt on record before the request leaves', caughtBy: 2 },
  pause_unheeded: { without: 'the look at pauses in the statement that starts an attempt', caughtBy: 7 },
  fresh_unchecked: { without: 'the look at what has become of a capture since its claim', caughtBy: 6 },
  outbox_apart: { without: 'the event in the transaction that changes the capture', caughtBy: 2 },
  schedule_apart: { without: 'the schedule in the transaction that changes the capture', caughtBy: 2 },
  evidence_needs_lease: { without: 'evidence that counts whatever has become of its lease', caughtBy: 8 },
  uncertainty_forgotten: { without: 'uncertainty that belongs to the capture', caughtBy: 12 },
  evidence_by_arrival: { without: 'an outcome by the set of evidence', caughtBy: 2 },
  notifications_not_distinct: { without: 'notifications kept once', caughtBy: 1 },
  parking_unlocked: {
    without: 'the lock between a claim and the parking of its notification',
    caughtBy: 177,
  },
  two_events_in_flight: { without: 'one event of a capture in flight', caughtBy: 7 },
  sequence_not_kept: { without: 'a sequence without gaps', caughtBy: 2 },
} as const satisfies Partial<Record<Weakness, Omit<StoreMutant, 'name' | 'kind'>>>;

export const MUTANTS: readonly Mutant[] = [
  ...(Object.keys(STORE_MUTANTS) as (keyof typeof STORE_MUTANTS)[]).map((name): StoreMutant => ({
    name,
    kind: 'store',
    ...STORE_MUTANTS[name],
  })),
  ...CODE_MUTANTS,
];

export function mutantNamed(name: string): Mutant | undefined {
  return MUTANTS.find((mutant) => mutant.name === name);
}
