import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../src/capture/capture.js';
import type { Evidence, EvidenceKind, Finding } from '../../../src/capture/evidence.js';
import type { EventType } from '../../../src/capture/events.js';
import { announcementOf } from '../../../src/capture/events.js';
import { started } from '../../../src/capture/state-machine.js';
import type { CaptureStore } from '../../../src/ports/store.js';
import { storyOf } from '../../../src/store/stories.js';
import { CAPTURED, EPOCH, LEASE_END } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  captureOfPayment,
  CAPTURED_WRONGLY,
  claimOf,
  GAPS,
  MISSCHEDULED,
  numberOf,
  pieceOf,
  testFold,
  testStore,
} from '../../support/store.js';

/** A piece before it is known of which capture it is. */
interface Draft {
  readonly kind: EvidenceKind;
  readonly attempt: number | null;
  readonly finding: Finding;
  readonly label: string;
}

const ATTEMPTS = 3;
const UNDECIDED: readonly Finding[] = (
  ['in_process', 'busy', 'unknown', 'lapsed', 'not_sent', 'not_processed', 'account_fault'] as const
).map((is) => ({ is }));
const DECIDED: readonly Finding[] = [CAPTURED, { is: 'declined', category: 'funds' }];

const anyDraft: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom('capture_response', 'notification', 'inquiry', 'settlement'),
  attempt: fc.constantFrom(1, 2, ATTEMPTS, null),
  finding: fc.constantFrom<Finding>(...UNDECIDED, ...DECIDED, CAPTURED_WRONGLY, { is: 'authorised' }),
  label: fc.constantFrom('a', 'b'),
});

/** One word for each attempt, and words of others: what an arrival order can't make more or less of. */
const independentDrafts: fc.Arbitrary<readonly Draft[]> = fc
  .tuple(
    ...Array.from({ length: ATTEMPTS }, (_, index) =>
      fc.constantFrom(...UNDECIDED, ...DECIDED).map((finding): Draft => ({
        kind: 'capture_response',
        attempt: index + 1,
        finding,
        label: 'answer',
      })),
    ),
    fc.uniqueArray(
      fc.record({
        kind: fc.constantFrom<EvidenceKind>('notification', 'inquiry', 'settlement'),
        attempt: fc.constant(null),
        finding: fc.constantFrom<Finding>(...DECIDED, { is: 'authorised' }),
        label: fc.constantFrom('a', 'b', 'c'),
      }),
      { maxLength: 3, selector: ({ kind, label }) => kind + label },
    ),
  )
  .map((drafts) => drafts.flat());

/** Since when an outcome is contradicted: here by this process's clock, there by the database's. */
function untimed(capture: Capture): Capture {
  return { ...capture, contradictedAt: capture.contradictedAt === null ? null : EPOCH };
}

/** The same things in some order, cut into some batches. */
function cutAndShuffled<Item>(items: readonly Item[]): fc.Arbitrary<readonly (readonly Item[])[]> {
  return fc
    .tuple(
      fc.shuffledSubarray([...items], { minLength: items.length }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: items.length, maxLength: items.length }),
    )
    .map(([order, sizes]) => {
      const batches: Item[][] = [];
      for (let begin = 0, batch = 0; begin < order.length; begin += sizes[batch] ?? 1, batch += 1) {
        batches.push(order.slice(begin, begin + (sizes[batch] ?? 1)));
      }
      return batches;
    });
}

describe('record, whatever the evidence', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  after(() => database.drop());

  /** A capture in its third attempt, none answered. */
  async function underWay(): Promise<Capture> {
    const capture = captureOfPayment(randomBytes(8).toString('hex'));
    const [claimed] = await store.claim([claimOf(capture)]);
    await database.pool.query(
      'update captures set attempts = $2, sending_attempt = $2 where capture_id = $1',
      [capture.captureId, ATTEMPTS],
    );
    assert.ok(claimed !== undefined);
    return { ...claimed.capture, attempts: ATTEMPTS, status: { state: 'sending', attempt: ATTEMPTS } };
  }

  const toPiece =
    ({ captureId }: Capture) =>
    ({ finding, ...options }: Draft): Evidence =>
      pieceOf(captureId, finding, options);

  async function assertNeverGapsNorMisscheduled(): Promise<void> {
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
    assert.equal(await numberOf(database.pool, GAPS), 0);
  }

  it('ends as the fold says, batch by batch, repeats included', async () => {
    const history = fc.array(fc.array(anyDraft, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(history, { minLength: 1, maxLength: 3 }), async (histories) => {
        const models = await Promise.all(histories.map(async () => new Model(await underWay())));
        const rounds = Math.max(...histories.map(({ length }) => length));
        for (let round = 0; round < rounds; round += 1) {
          const requests = models.flatMap((model, index) => {
            const drafts = histories[index]?.[round];
            if (drafts === undefined) return [];
            const pieces = drafts.map(toPiece(model.capture));
            model.record(pieces);
            return [{ captureId: model.capture.captureId, pieces }];
          });
          await store.record(requests);
        }
        for (const model of models) {
          const story = await storyOf(database.pool, model.capture.captureId);
          assert.ok(story !== null);
          assert.deepEqual({ ...untimed(story.capture), body: model.capture.body }, untimed(model.capture));
          assert.deepEqual(
            story.events.map(({ type, sequence }) => [sequence, type]),
            model.events.map((type, index) => [index + 1, type]),
          );
          assert.equal(story.evidence.length, model.evidence.size);
        }
        await assertNeverGapsNorMisscheduled();
      }),
      { numRuns: 40 },
    );
  });

  it('ends the same in whatever order and batches independent evidence arrives', async () => {
    const arrivals = independentDrafts.chain((drafts) =>
      fc.tuple(fc.constant(drafts), cutAndShuffled(drafts), cutAndShuffled([...drafts, ...drafts])),
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async ([drafts, ...orders]) => {
        for (const batches of orders) {
          const capture = await underWay();
          const { captureId } = capture;
          for (const batch of batches) {
            await store.record([{ captureId, pieces: batch.map(toPiece(capture)) }]);
          }
          const story = await storyOf(database.pool, captureId);
          const whole = testFold(capture, drafts.map(toPiece(capture)), new Date());
          assert.ok(story !== null);
          // What was published and is contradicted then waits for an inquiry, or for a person, and another order published nothing before.
          if (story.capture.contradictedAt !== null || story.capture.review !== whole.capture.review)
            continue;
          assert.deepEqual(story.capture.status, whole.capture.status);
          const announced = announcementOf(story.capture.status);
          if (announced !== null) assert.equal(story.capture.announced, announced);
        }
        await assertNeverGapsNorMisscheduled();
      }),
      { numRuns: 30 },
    );
  });
});

/** What the store must do, in memory: the set of evidence, folded whenever it grows. */
class Model {
  readonly evidence = new Map<string, Evidence>();
  readonly events: EventType[] = [];
  capture: Capture;

  constructor(capture: Capture) {
    assert.deepEqual(capture.status, started({ ...capture, attempts: ATTEMPTS - 1 }, LEASE_END).status);
    this.capture = capture;
  }

  record(pieces: readonly Evidence[]): void {
    const known = this.evidence.size;
    for (const piece of pieces) {
      if (!this.evidence.has(piece.evidenceId)) this.evidence.set(piece.evidenceId, piece);
    }
    if (this.evidence.size === known) return;
    const { capture, event } = testFold(this.capture, [...this.evidence.values()], new Date());
    this.capture = capture;
    if (event !== null) this.events.push(event.type);
  }
}
