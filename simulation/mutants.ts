import type { Weakness } from './store/weakness.js';

/**
 * The design without one of its safeguards. A mutant is either the stand-in of the store without one (weakness.ts says what each means), or
 * a module of the worker in which one piece of text is another. The simulation must break a promise for each: a safeguard that can be
 * taken away without anybody noticing is either none, or not looked at.
 */
/** `without` says what safeguard it lacks, and `caughtBy` is the seed of a schedule that notices. */
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
  readonly changes: readonly Change[];
}

export interface Change {
  /** A compiled module, below `dist/`. */
  readonly module: string;
  /** Stands in it exactly once, but for the white space. */
  readonly text: string;
  readonly instead: string;
}

const CODE_MUTANTS: readonly CodeMutant[] = [
  {
    name: 'lease_unchecked',
    kind: 'code',
    without: 'the last look at the lease before the first byte',
    caughtBy: 100,
    changes: [
      {
        module: 'src/worker/send.js',
        text: 'mayWrite: () => clock.monotonic() - leasedAt + account.client.timeoutMs + LEASE_RESERVE_MS <= leaseMs,',
        instead: 'mayWrite: () => true,',
      },
    ],
  },
  {
    name: 'resend_unasked',
    kind: 'code',
    without: 'inquiries before a resend',
    caughtBy: 20,
    changes: [
      {
        module: 'src/capture/licence.js',
        text: 'if (first === undefined || last === undefined || last - first < resendSpacingMs) return null;',
        instead: '',
      },
    ],
  },
  {
    name: 'one_inquiry_enough',
    kind: 'code',
    without: 'a second inquiry, some time after the first, before a resend',
    caughtBy: 159,
    changes: [
      {
        module: 'src/capture/licence.js',
        text: 'last - first < resendSpacingMs',
        instead: 'false',
      },
    ],
  },
  {
    name: 'resend_though_held',
    kind: 'code',
    without: 'no resend after an answer that the payment is held or in process',
    caughtBy: 29,
    changes: [
      {
        module: 'src/capture/licence.js',
        text: 'if (evidence.some((piece) => forbidsResend(piece, capture))) return null;',
        instead: '',
      },
    ],
  },
  {
    name: 'no_quiet_period',
    kind: 'code',
    without: 'the quiet period',
    caughtBy: 63,
    changes: [
      {
        module: 'simulation/policy.js',
        text: 'quietPeriodMs: SCALE.quietPeriod,',
        instead: 'quietPeriodMs: 0,',
      },
    ],
  },
  {
    name: 'epoch_unfenced',
    kind: 'code',
    without: 'the epoch: work of an earlier assignment commits offsets of the next',
    caughtBy: 1_163,
    changes: [
      {
        module: 'src/kafka/watermark.js',
        text: 'if (epoch !== ofEpoch || partition === undefined) return null;',
        instead: 'if (partition === undefined) return null;',
      },
      {
        module: 'src/kafka/runner.js',
        text: 'const isOver = () => isClosed() || stint.ending.aborted || watermarks.epoch !== epoch;',
        instead: 'const isOver = () => isClosed();',
      },
    ],
  },
  {
    name: 'committed_before_done',
    kind: 'code',
    without: 'completion only after the work is durable',
    caughtBy: 10,
    changes: [
      {
        module: 'src/kafka/runner.js',
        text: 'await process(message); counts.completed += 1; ticket.complete();',
        instead: 'ticket.complete(); await process(message); counts.completed += 1;',
      },
    ],
  },
  {
    name: 'watermark_skips',
    kind: 'code',
    without: 'a watermark below the first message that is not done',
    caughtBy: 1,
    changes: [
      {
        module: 'src/kafka/watermark.js',
        text: 'return firstOf(open.keys()) ?? next;',
        instead: 'return next;',
      },
    ],
  },
  {
    name: 'evidence_unranked',
    kind: 'code',
    without: 'the rank of evidence',
    caughtBy: 37,
    changes: [
      {
        module: 'src/capture/verdict.js',
        text: 'rankOf(a.kind) - rankOf(b.kind) ||',
        instead: '',
      },
    ],
  },
  {
    name: 'refusal_believed',
    kind: 'code',
    without: 'doubt: a refusal counts though an earlier request may have got through',
    caughtBy: 31,
    changes: [
      {
        module: 'src/capture/verdict.js',
        text: 'return nothingElseMayHaveBeenSent(piece, { evidence, attempts });',
        instead: 'return true;',
      },
    ],
  },
  {
    name: 'early_inquiry_believed',
    kind: 'code',
    without: 'quiet inquiries: a refusal that is shown counts though a request may yet be executed',
    caughtBy: 63,
    changes: [
      {
        module: 'src/capture/verdict.js',
        text: 'return isQuiet(piece, capture, quietPeriodMs) || isSettled();',
        instead: 'return true;',
      },
    ],
  },
  {
    name: 'repeat_refusal_believed',
    kind: 'code',
    without: 'doubt: an attempt that may have got through is taken for one that came to nothing',
    caughtBy: 12,
    changes: [
      {
        module: 'src/capture/doubt.js',
        text: 'return words.length === 0 || !words.every(({ finding }) => provesNoEffect(finding));',
        instead: 'return words.length === 0;',
      },
    ],
  },
  {
    name: 'silence_is_failure',
    kind: 'code',
    without: 'the unknown outcome: silence is taken for proof that nothing left',
    caughtBy: 10,
    changes: [
      {
        module: 'simulation/providers/client.js',
        text: "end(answerOf({ is: 'unknown' }, 'nothing'));",
        instead: "end(answerOf({ is: 'not_sent' }, 'nothing'));",
      },
    ],
  },
  {
    name: 'any_claim_is_ours',
    kind: 'code',
    without: 'the token of a claim: a claim that was found is taken for the own one',
    caughtBy: 8,
    changes: [
      {
        module: 'src/store/claim.js',
        text: 'if (token !== request.token) return false;',
        instead: '',
      },
    ],
  },
  {
    name: 'no_sweep',
    kind: 'code',
    without: 'the sweep that joins parked notifications',
    caughtBy: 41,
    changes: [
      {
        module: 'src/worker/join-parked.js',
        text: 'const done = found.filter((_, index) => joined[index] === true);',
        instead: 'const done = [];',
      },
    ],
  },
  {
    name: 'unparked',
    kind: 'code',
    without: 'parking of what comes before its capture',
    caughtBy: 41,
    changes: [
      {
        module: 'src/worker/take-notification.js',
        text: 'await parked.park(notification);',
        instead: '',
      },
    ],
  },
  {
    name: 'subscriber_unruled',
    kind: 'code',
    without: "the subscriber's rule of sequences",
    caughtBy: 7,
    changes: [
      {
        module: 'simulation/subscriber.js',
        text: 'if (last !== undefined && event.sequence <= last.sequence) return;',
        instead: '',
      },
    ],
  },
  {
    name: 'unqueued_before_acknowledged',
    kind: 'code',
    without: 'events on the queue until Kafka has acknowledged them',
    caughtBy: 2,
    changes: [
      {
        module: 'producers/outbox-relay.js',
        text: 'await producer.append(events.map(({ record }) => record));',
        instead:
          'await store.published(events.map(({ queueId }) => queueId)); await producer.append(events.map(({ record }) => record));',
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

/** The module's text with the change made. Throws unless what is changed stands there exactly once. */
export function changed(source: string, { module, text, instead }: Change): string {
  const pattern = text
    .trim()
    .split(/\s+/u)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`))
    .join(String.raw`\s+`);
  const parts = source.split(new RegExp(pattern, 'u'));
  const [before, after] = parts;
  if (before === undefined || after === undefined || parts.length > 2)
    throw new Error(`the text of a mutant stands ${String(parts.length - 1)} times in ${module}: ${text}`);
  return `${before}${instead}${after}`;
}
