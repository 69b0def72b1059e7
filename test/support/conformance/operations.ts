import fc from 'fast-check';
import { evidenceIdOf } from '../../../src/capture/ids.js';
import type { Evidence, EvidenceKind, Finding } from '../../../src/capture/evidence.js';
import { cancel, refusalToInquire } from '../../../src/capture/operator.js';
import type { CaptureAction } from '../../../src/ports/operator.js';
import type { RecordRequest } from '../../../src/ports/store.js';
import { CAPTURED, POLICY } from '../captures.js';
import { CAPTURED_WRONGLY, claimOf, pieceOf } from '../store.js';
import type { Driver, Operation } from './driver.js';
import { MODEL_CAPTURES } from './driver.js';
import { after } from './steps.js';

const LEASE_MS = 60_000;

/** Mostly of two, so that enough happens to them. */
const anyCapture = fc.oneof(
  fc.constantFrom(...MODEL_CAPTURES.slice(0, 2)),
  fc.constantFrom(...MODEL_CAPTURES),
);
const someCaptures = fc.uniqueArray(anyCapture, { minLength: 1, maxLength: 4 });
const namesOf = (captures: readonly { readonly captureReference: string }[]): string =>
  captures.map(({ captureReference }) => captureReference).join(' ');

/** The tokens are few, so that claims are repeated. Leases differ, so that no two rows are due at one time. */
const claims: fc.Arbitrary<Operation> = fc
  .tuple(someCaptures, fc.boolean(), fc.constantFrom('one', 'other'))
  .map(([captures, starts, token]) => ({
    told: `${token} claims ${namesOf(captures)}${starts ? ' and starts' : ''}`,
    run: async ({ store, claimed }) => {
      const results = await store.captures.claim(
        captures.map((capture) => {
          const index = MODEL_CAPTURES.indexOf(capture);
          return claimOf(capture, {
            token: evidenceIdOf(capture.captureId, token),
            start: starts ? { leaseMs: LEASE_MS + index } : null,
            dueInMs: 500 + index,
          });
        }),
      );
      for (const { capture } of results) claimed.set(capture.captureId, capture);
      return results;
    },
  }));

const starts: fc.Arbitrary<Operation> = someCaptures.map((captures) => ({
  told: `starts ${namesOf(captures)}`,
  run: ({ store }) =>
    store.captures.start(
      captures.map((capture) => ({
        captureId: capture.captureId,
        leaseMs: LEASE_MS + MODEL_CAPTURES.indexOf(capture),
        worker: 'worker-2',
      })),
    ),
}));

/** A piece before it is known when it is given: an inquiry begins then, all else has the provider's own time. */
interface Draft {
  readonly kind: EvidenceKind;
  /** Which attempt is answered: nearly always the last one. */
  readonly attempt: 'last' | 'first' | null;
  readonly finding: Finding;
  readonly label: string;
}

const OPEN = ['unknown', 'id_taken', 'account_fault', 'not_sent', 'not_processed', 'lapsed'] as const;
const RARE = ['in_process', 'busy', 'cancelled', 'foreign'] as const;
const finding: fc.Arbitrary<Finding> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...OPEN).map((is) => ({ is })) },
  { weight: 2, arbitrary: fc.constantFrom<Finding>(CAPTURED, { is: 'declined', category: 'funds' }) },
  { weight: 1, arbitrary: fc.constantFrom<Finding>({ is: 'closed', category: 'expired' }, CAPTURED_WRONGLY) },
  { weight: 1, arbitrary: fc.constantFrom(...RARE).map((is) => ({ is })) },
);

const drafts: fc.Arbitrary<Draft> = fc.oneof(
  fc.record({
    kind: fc.constant<EvidenceKind>('capture_response'),
    attempt: fc.constantFrom('last', 'last', 'last', 'first'),
    finding,
    label: fc.constantFrom('a', 'b'),
  }),
  fc.record({
    kind: fc.constantFrom<EvidenceKind>('notification', 'inquiry', 'settlement'),
    attempt: fc.constant(null),
    finding: fc.oneof(finding, fc.constant<Finding>({ is: 'authorised' })),
    label: fc.constantFrom('a', 'b', 'c', 'd'),
  }),
);

const draftWords = ({ kind, attempt, finding: { is }, label }: Draft): string =>
  `${kind} of the ${attempt ?? 'whole'}: ${is} ${label}`;

async function pieceFrom({ store }: Driver, captureId: string, draft: Draft): Promise<Evidence> {
  const { kind, label } = draft;
  const standing = await store.operator.standing(captureId);
  const last = Math.max(1, standing?.capture.attempts ?? 1);
  const attempt = draft.attempt === null ? null : draft.attempt === 'first' ? 1 : last;
  const piece = pieceOf(captureId, draft.finding, { kind, label, attempt });
  return kind === 'inquiry' ? { ...piece, at: standing?.now ?? piece.at } : piece;
}

/** What makes a resend possible: when nothing can be on its way any more, two inquiries show the payment uncaptured. */
const doubts: fc.Arbitrary<Operation> = fc
  .tuple(anyCapture, fc.constantFrom('a', 'b', 'c'))
  .map(([{ captureId, captureReference }, label]) => ({
    told: `finds ${captureReference} uncaptured, ${label}`,
    run: async (driver) => {
      const { store } = driver;
      const ask = async (which: string): Promise<unknown> => {
        const draft: Draft = {
          kind: 'inquiry',
          attempt: null,
          finding: { is: 'authorised' },
          label: `${label} ${which}`,
        };
        const pieces = [await pieceFrom(driver, captureId, draft)];
        return store.captures.record([{ captureId, pieces }]);
      };
      await store.pass(LEASE_MS + POLICY.quietPeriodMs + 10);
      await ask('once');
      await store.pass(POLICY.resendSpacingMs);
      await ask('twice');
      return store.captures.start([{ captureId, leaseMs: LEASE_MS, worker: 'worker-3' }]);
    },
  }));

const records: fc.Arbitrary<Operation> = fc
  .uniqueArray(
    fc.record({ of: anyCapture, given: fc.array(drafts, { maxLength: 3 }), isFresh: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 3,
      selector: ({ of }) => of,
    },
  )
  .map((requests) => ({
    told: `records ${requests.map(({ of, given, isFresh }) => `${isFresh ? 'freshly ' : ''}of ${of.captureReference}: ${given.map(draftWords).join(', ')}`).join('; ')}`,
    run: async (driver) => {
      const batch: RecordRequest[] = [];
      for (const { of, given, isFresh } of requests) {
        const { captureId } = of;
        const pieces: Evidence[] = [];
        for (const draft of given) pieces.push(await pieceFrom(driver, captureId, draft));
        const capture = driver.claimed.get(captureId);
        const fresh =
          isFresh && capture?.status.state === 'sending' ? { capture, now: capture.createdAt } : undefined;
        batch.push({ captureId, pieces, ...(fresh === undefined ? {} : { fresh }) });
      }
      return driver.store.captures.record(batch);
    },
  }));

/**
 * With no limit that could cut between rows that are due at one time: PostgreSQL takes any of those. In which order they come is told by
 * the due times, so it may be any among equal ones, and is left to the cases.
 */
const takes: fc.Arbitrary<Operation> = fc
  .tuple(
    fc.subarray(['send', 'lapse', 'inquire'] as const),
    fc.subarray(['shop', 'other']),
    fc.constantFrom(5_000, 70_000),
  )
  .map(([actions, full, takenForMs]) => ({
    told: `takes what is due to ${actions.join(', ')} for ${String(takenForMs)} ms, but for ${full.join(', ')}`,
    run: async ({ store }) => {
      const rooms = new Map(full.map((account) => [account, 0]));
      const due = await store.captures.takeDue({ actions, rooms, limit: 100, takenForMs });
      return due.toSorted((one, other) => (one.capture.captureId < other.capture.captureId ? -1 : 1));
    },
  }));

const looks: fc.Arbitrary<Operation> = fc.constant({
  told: 'looks for what is overlooked',
  run: async ({ store }: Driver) => {
    const request = { unsentForMs: 60_000, contradictedForMs: 900_000, limit: 100 };
    return (await store.waiting.overlooked(request)).toSorted();
  },
});

const wakes: fc.Arbitrary<Operation> = anyCapture.map(({ captureId, captureReference }) => ({
  told: `wakes ${captureReference}`,
  run: ({ store }) => store.wakeInquiry(captureId),
}));

const promises: fc.Arbitrary<Operation> = fc
  .tuple(anyCapture, fc.integer({ min: 0, max: 3 }), fc.constantFrom(1_000, 62_000, 200_000, 1_000_000))
  .map(([{ captureId, captureReference }, sequence, atMs]) => ({
    told: `wakes ${captureReference} as promised by its event ${String(sequence)} for ${String(atMs)} ms`,
    run: ({ store }) => store.wakeAsPromised({ captureId, sequence, at: after(atMs) }),
  }));

/** Acts on a capture, under an id that says what is done: the same again is refused. */
function actionOn(captureId: string, action: string): CaptureAction {
  const actionId = evidenceIdOf(captureId, action);
  return { captureId, actionId, who: 'alice', action, reason: null, reference: null };
}

const acts: fc.Arbitrary<Operation> = fc
  .tuple(anyCapture, fc.constantFrom('captures cancel', 'captures inquire'))
  .map(([{ captureId, captureReference }, command]) => ({
    told: `${command} ${captureReference}`,
    run: async ({ store }) => {
      const action = actionOn(captureId, command);
      if (command === 'captures inquire') return store.askNow(action, refusalToInquire);
      const { actionId } = action;
      return store.operator.act(action, (standing) => cancel(standing, { actionId, seen: standing }));
    },
  }));

const hears: fc.Arbitrary<Operation> = fc
  .tuple(anyCapture, drafts)
  .map(([{ captureId, captureReference }, draft]) => ({
    told: `hears of ${captureReference}: ${draftWords(draft)}`,
    run: async (driver) =>
      driver.store.operator.hear(actionOn(captureId, draftWords(draft)), [
        await pieceFrom(driver, captureId, draft),
      ]),
  }));

const pauses: fc.Arbitrary<Operation> = fc
  .tuple(fc.constantFrom('shop', 'other'), fc.boolean())
  .map(([account, isPause]) => ({
    told: `${isPause ? 'pauses' : 'resumes'} ${account}`,
    run: ({ store }) => (isPause ? store.pause(account) : store.resume(account)),
  }));

const passes: fc.Arbitrary<Operation> = fc
  .constantFrom(1, 999, 30_000, 60_001, 181_000, 900_000)
  .map((ms) => ({
    told: `${String(ms)} ms pass`,
    run: ({ store }) => store.pass(ms),
  }));

/** What is done to captures. What is known moves them on, so there is more of it. */
export const CAPTURE_OPERATIONS: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: claims },
  { weight: 3, arbitrary: starts },
  { weight: 6, arbitrary: records },
  { weight: 3, arbitrary: doubts },
  { weight: 2, arbitrary: takes },
  { weight: 1, arbitrary: looks },
  { weight: 1, arbitrary: wakes },
  { weight: 1, arbitrary: promises },
  { weight: 1, arbitrary: acts },
  { weight: 1, arbitrary: hears },
  { weight: 1, arbitrary: pauses },
  { weight: 3, arbitrary: passes },
);
