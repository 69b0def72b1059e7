import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { applyEvent as tellOf, delivered, takeDue } from '../../../examples/customer-messages/captures.js';
import { createSchema as createMessages } from '../../../examples/customer-messages/schema.js';
import { applyEvent as bookOf } from '../../../examples/ledger/ledger.js';
import { createSchema as createLedger } from '../../../examples/ledger/schema.js';
import { openPool } from '../../../examples/subscriber/database.js';
import type { CaptureEvent } from '../../../examples/subscriber/events.js';
import type { Capture } from '../../../src/capture/capture.js';
import type { CaptureEvent as Published } from '../../../src/capture/events.js';
import type { Evidence, EvidenceKind, Finding } from '../../../src/capture/evidence.js';
import { fold, started } from '../../../src/capture/state-machine.js';
import { CAPTURED, EPOCH, POLICY } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { SILENT } from '../../support/kafka.js';
import { captureOfPayment, numberOf, rowsOf } from '../../support/store.js';

/** An event as the subscribers' reader would give it. */
function read(event: Published): CaptureEvent {
  const { type, ...snapshot } = event;
  if (type === 'capture.succeeded') return { ...snapshot, outcome: 'succeeded' };
  if (type === 'capture.pending') return { ...snapshot, outcome: 'pending' };
  return { ...snapshot, outcome: 'failed', newAuthorisationNeeded: event.newAuthorisationNeeded };
}

interface Step {
  readonly kind: EvidenceKind;
  readonly finding: Finding;
}

/** What the worker publishes of a capture, by its own rules, as evidence comes in. Each capture response answers an attempt of its own. */
function lifeOf(payment: string, steps: readonly Step[]): CaptureEvent[] {
  let capture: Capture = captureOfPayment(payment);
  const evidence: Evidence[] = [];
  const events: CaptureEvent[] = [];
  for (const [index, { kind, finding }] of steps.entries()) {
    const at = new Date(EPOCH.getTime() + (index + 1) * 600_000);
    if (kind === 'capture_response') capture = started(capture, at);
    evidence.push({
      evidenceId: `${payment}-${String(index)}`,
      kind,
      attempt: kind === 'capture_response' ? capture.attempts : null,
      at,
      finding,
      providerCode: null,
      providerMessage: null,
      raw: null,
      ...(kind === 'operator' && { knew: [] }),
    });
    const decision = fold({ capture, evidence, now: at, random: 0.5 }, POLICY);
    capture = decision.capture;
    if (decision.event !== null) events.push(read(decision.event));
  }
  return events;
}

const DECLINED: Finding = { is: 'declined', category: 'funds' };
const answer = (finding: Finding): Step => ({ kind: 'capture_response', finding });
const inquiry = (finding: Finding): Step => ({ kind: 'inquiry', finding });
const operator = (finding: Finding): Step => ({ kind: 'operator', finding });
const ASSUMED = answer({ is: 'assumed_sent' });

describe('what subscribers make of a span that the publisher has lost', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    pool = openPool(database.url, { name: 'test', log: SILENT });
    await createLedger(pool, { groupId: 'ledger', topicPrefix: '' });
    await createMessages(pool);
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  /** Both examples apply the events, and tell the customer after each. */
  async function apply(events: readonly CaptureEvent[]): Promise<void> {
    const waits = { pending: 0, failed: 0, succeeded: 0 };
    for (const event of events) {
      await bookOf(pool, event);
      await tellOf(pool, event, waits);
      for (const message of (await takeDue(pool, { limit: 10, retryAfter: 0 })).messages)
        await delivered(pool, message, waits);
    }
  }

  async function seenOf([first]: readonly CaptureEvent[]) {
    assert.ok(first !== undefined);
    const { captureId } = first;
    const balance = await numberOf(
      pool,
      `select coalesce(sum(amount), 0) from ledger.postings join ledger.entries using (entry_id)
       where capture_id = $1 and account = 'provider_receivable'`,
      [captureId],
    );
    const entries = await rowsOf(
      pool,
      'select kind from ledger.entries where capture_id = $1 order by booked_at, kind desc',
      [captureId],
    );
    const messages = await rowsOf(
      pool,
      'select kind from customer_messages.sent where capture_id = $1 order by sent_at',
      [captureId],
    );
    const [row] = await rowsOf(
      pool,
      `select l.outcome as booked, m.outcome as known from ledger.captures l
       join customer_messages.captures m using (capture_id) where capture_id = $1`,
      [captureId],
    );
    return {
      booked: row?.['booked'],
      known: row?.['known'],
      balance,
      entries: entries.map(({ kind }) => kind),
      messages: messages.map(({ kind }) => kind),
    };
  }

  it('is nothing, where a success is found again: no second posting and no second message', async () => {
    const lost = lifeOf('again', [answer(CAPTURED)]);
    const found = lifeOf('again', [ASSUMED, inquiry(CAPTURED)]);
    assert.deepEqual(
      found.map(({ outcome }) => outcome),
      ['pending', 'succeeded'],
    );
    await apply([...lost, ...found]);
    assert.deepEqual(await seenOf(lost), {
      booked: 'succeeded',
      known: 'succeeded',
      balance: 150_000,
      entries: ['capture'],
      messages: ['succeeded'],
    });
  });

  it('is put right, where what was published in it turns out to be wrong, however much that was', async () => {
    const lost = lifeOf('wrong', [
      answer({ is: 'unknown' }),
      operator(DECLINED),
      operator(CAPTURED),
      operator(DECLINED),
    ]);
    assert.deepEqual(
      lost.map(({ outcome, sequence }) => [outcome, sequence]),
      [
        ['pending', 1],
        ['failed', 2],
        ['succeeded', 3],
        ['failed', 4],
      ],
    );
    const found = lifeOf('wrong', [ASSUMED, inquiry(CAPTURED)]);
    await apply([...lost, ...found]);
    const seen = await seenOf(lost);
    assert.deepEqual([seen.booked, seen.known, seen.balance], ['succeeded', 'succeeded', 150_000]);
    assert.equal(seen.messages.at(-1), 'correction_succeeded');
  });

  it('keeps its outcome while its capture is open again, and changes', async () => {
    const lost = lifeOf('open', [answer(CAPTURED)]);
    const found = lifeOf('open', [ASSUMED, answer({ is: 'in_process' }), answer({ is: 'unknown' })]);
    await apply([...lost, ...found]);
    const seen = await seenOf(lost);
    assert.deepEqual([seen.booked, seen.balance, seen.messages], ['succeeded', 150_000, ['succeeded']]);
  });

  it('ends as the provider’s word since has it, whatever was published in it, and in whatever order both are read', async () => {
    const step = fc.oneof(
      fc.constantFrom<Finding>(CAPTURED, DECLINED, { is: 'unknown' }, { is: 'in_process' }).map(answer),
      fc.constantFrom<Finding>(CAPTURED, DECLINED, { is: 'authorised' }).map(inquiry),
      fc.constantFrom<Finding>(CAPTURED, DECLINED).map(operator),
    );
    const race = fc.record({
      lost: fc.array(step, { minLength: 1, maxLength: 5 }),
      open: fc.array(fc.constantFrom<Finding>({ is: 'unknown' }, { is: 'in_process' }).map(answer), {
        maxLength: 2,
      }),
      isCaptured: fc.boolean(),
      places: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
    });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(race, async ({ lost, open, isCaptured, places }) => {
        runs += 1;
        const payment = `any-${String(runs)}`;
        const found = lifeOf(payment, [ASSUMED, ...open, inquiry(isCaptured ? CAPTURED : DECLINED)]);
        const deliveries = [...lifeOf(payment, [answer({ is: 'unknown' }), ...lost]), ...found]
          .map((event, index) => ({ event, place: places[index] ?? 0 }))
          .sort((one, other) => one.place - other.place);
        await apply(deliveries.map(({ event }) => event));
        const seen = await seenOf(found);
        const outcome = isCaptured ? 'succeeded' : 'failed';
        assert.deepEqual(
          [seen.booked, seen.known, seen.balance],
          [outcome, outcome, isCaptured ? 150_000 : 0],
        );
      }),
      { numRuns: 60 },
    );
  });
});
