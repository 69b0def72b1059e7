import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Facts } from '../../../prove/facts.js';
import type { InvariantName } from '../../../prove/invariants/all.js';
import { breaksIn, INVARIANT_NAMES } from '../../../prove/invariants/all.js';
import { AMOUNT, CAPTURED, soundFacts } from '../../support/facts.js';

const sound = soundFacts();
const [captured, declined] = sound.rows;
if (captured === undefined || declined === undefined) throw new Error('the sound facts have two rows');
const open = { ...captured, state: 'planned', sequence: 0 };

interface Case {
  readonly breaks: InvariantName;
  readonly by: string;
  readonly facts: Partial<Facts>;
  readonly says: RegExp;
}

/** Each way in which each invariant can break. */
const CASES: readonly Case[] = [
  {
    breaks: 'doubleCaptures',
    by: 'a second request id that asked for the money',
    facts: { providers: { ...sound.providers, doubleCaptures: 2 } },
    says: /under another request id, 2 times/,
  },
  {
    breaks: 'doubleCaptures',
    by: 'more money than was ordered',
    facts: {
      providers: {
        ...sound.providers,
        book: [{ paymentId: CAPTURED.paymentId, currency: CAPTURED.currency, captured: 2n * AMOUNT }],
      },
    },
    says: /the provider moved/,
  },
  { breaks: 'lost', by: 'an order without a capture', facts: { rows: [captured] }, says: /has no capture/ },
  {
    breaks: 'lost',
    by: 'a capture that nobody sends nor looks at',
    facts: { rows: [open, declined] },
    says: /is still planned/,
  },
  {
    breaks: 'lost',
    by: 'a bad message without a dead letter',
    facts: { deadLetters: [] },
    says: /a bad message has no dead letter/,
  },
  {
    breaks: 'lost',
    by: 'a dead letter of a good order',
    facts: { deadLetters: [...sound.deadLetters, { key: CAPTURED.paymentId, partition: 0, offset: 0n }] },
    says: /a good order became a dead letter/,
  },
  {
    breaks: 'lost',
    by: 'a dead letter of something else',
    facts: { strayDeadLetters: ['p.capture.pending.dlq'] },
    says: /has a dead letter/,
  },
  {
    breaks: 'wrongOutcomes',
    by: 'an outcome that is not true',
    facts: {
      providers: {
        ...sound.providers,
        truth: sound.providers.truth.map((entry) => ({ ...entry, outcome: 'captured' as const })),
      },
    },
    says: /in truth it is captured/,
  },
  {
    breaks: 'wrongOutcomes',
    by: 'an outcome that was published and is not true',
    facts: {
      outbox: sound.outbox.map((event) => ({ ...event, type: 'capture.succeeded' })),
      published: sound.published.map((event) => ({ ...event, topic: 'p.capture.succeeded' })),
    },
    says: /was published: succeeded; in truth it is not_captured/,
  },
  {
    breaks: 'wrongOutcomes',
    by: 'no outcome where the provider would tell',
    facts: { rows: [{ ...captured, state: 'pending' }, declined] },
    says: /the provider would tell/,
  },
  {
    breaks: 'wrongOutcomes',
    by: 'a review that nothing is the reason for, without a lost span',
    facts: { rows: [{ ...captured, state: 'pending', review: 'unverifiable' }, declined] },
    says: /for a person to look \(unverifiable\)/,
  },
  {
    breaks: 'wrongOutcomes',
    by: 'a refusal under every request id of what was captured',
    facts: { rows: [{ ...captured, state: 'pending', review: 'request_ids_refused' }, declined] },
    says: /for a person to look \(request_ids_refused\)/,
  },
  {
    breaks: 'events',
    by: 'a gap, also after a lost span',
    facts: { hasLostSpan: true, outbox: sound.outbox.slice(1), published: sound.published.slice(1) },
    says: /has events 2, and counts 2/,
  },
  {
    breaks: 'events',
    by: 'two steps over a lost span',
    facts: {
      hasLostSpan: true,
      rows: [{ ...captured, sequence: 30_000_000 }, declined],
      outbox: sound.outbox.map((event) =>
        event.captureId === 'c-1' ? { ...event, sequence: event.sequence * 15_000_000 } : event,
      ),
    },
    says: /has events 15000000, 30000000/,
  },
  {
    breaks: 'events',
    by: 'one that was published in a lost span alone, by its bytes',
    facts: {
      hasLostSpan: true,
      published: sound.published.map((event) =>
        event.eventId === 'e-3' ? { ...event, value: Buffer.from('lost') } : event,
      ),
    },
    says: /was never published/,
  },
  {
    breaks: 'events',
    by: 'a gap',
    facts: { outbox: sound.outbox.slice(1), published: sound.published.slice(1) },
    says: /has events 2, and counts 2/,
  },
  {
    breaks: 'events',
    by: 'an id that stands for two',
    facts: { outbox: sound.outbox.map((event) => ({ ...event, eventId: 'e-2' })) },
    says: /stands for 3 events/,
  },
  {
    breaks: 'events',
    by: 'one that was never published',
    facts: { published: sound.published.slice(0, 3) },
    says: /was never published/,
  },
  {
    breaks: 'events',
    by: 'one copy with other bytes',
    facts: {
      published: sound.published.map((event, at) =>
        at === 2 ? { ...event, value: Buffer.from('2') } : event,
      ),
    },
    says: /with other bytes/,
  },
  {
    breaks: 'events',
    by: 'one on the wrong topic',
    facts: { published: sound.published.map((event) => ({ ...event, topic: 'p.capture.failed' })) },
    says: /was published elsewhere/,
  },
  {
    breaks: 'events',
    by: 'one that is on no record',
    facts: {
      published: [...sound.published, { topic: 'p.capture.failed', eventId: 'e-9', value: Buffer.from('?') }],
    },
    says: /is on no record/,
  },
  {
    breaks: 'events',
    by: 'an order that was turned round',
    facts: {
      outbox: sound.outbox.map((event) => ({ ...event, type: 'capture.failed' })),
      published: sound.published.map((event) => ({ ...event, topic: 'p.capture.failed' })).toReversed(),
    },
    says: /appeared after a later one/,
  },
  {
    breaks: 'ledger',
    by: 'an entry that is off',
    facts: { ledger: sound.ledger.slice(1) },
    says: /is off by/,
  },
  {
    breaks: 'ledger',
    by: 'a capture that isn’t booked',
    facts: { ledger: [] },
    says: /in the ledger/,
  },
  {
    breaks: 'ledger',
    by: 'money that moved and isn’t owed',
    facts: {
      providers: {
        ...sound.providers,
        book: sound.providers.book.map((entry) => ({ ...entry, captured: AMOUNT })),
      },
    },
    says: /the ledger has 0 minor units/,
  },
  {
    breaks: 'offsets',
    by: 'an offset above an order that was not taken',
    facts: { rows: [captured] },
    says: /is below the committed offset/,
  },
  {
    breaks: 'offsets',
    by: 'an offset above a bad message without a dead letter',
    facts: { deadLetters: [{ key: 'poison-1', partition: 0, offset: 7n }] },
    says: /poison-1 is below/,
  },
  {
    breaks: 'leases',
    by: 'a lease that ran out',
    facts: { leftovers: { ...sound.leftovers, sending: ['c-1'] } },
    says: /under a lease that ran out/,
  },
  {
    breaks: 'leases',
    by: 'a due row that nobody takes',
    facts: { leftovers: { ...sound.leftovers, due: ['c-1'] } },
    says: /nobody takes it/,
  },
  {
    breaks: 'leases',
    by: 'a lock of a dead process',
    facts: { leftovers: { ...sound.leftovers, lockHolders: ['capture-worker gone'] } },
    says: /holds an advisory lock/,
  },
  {
    breaks: 'leases',
    by: 'what was never taken off a queue',
    facts: { leftovers: { ...sound.leftovers, queued: 3 } },
    says: /still hold 3/,
  },
  {
    breaks: 'processes',
    by: 'a worker that ended by itself',
    facts: { processTroubles: ['Worker 1 ended (exit code 7)'] },
    says: /exit code 7/,
  },
  {
    breaks: 'recovery',
    by: 'a lag that is back too late',
    facts: { recovery: { ms: 15_000, limitMs: 15_000 } },
    says: /took 15000 ms/,
  },
  {
    breaks: 'recovery',
    by: 'a lag that is never back',
    facts: { recovery: { ms: null, limitMs: 15_000 } },
    says: /never was/,
  },
];

describe('the invariants', () => {
  it('hold for a run that went well', () => {
    assert.deepEqual(breaksIn(sound), []);
  });

  for (const { breaks, by, facts, says } of CASES) {
    it(`${breaks} is broken by ${by}`, () => {
      const broken = breaksIn(soundFacts(facts)).filter(({ invariant }) => invariant === breaks);
      assert.match(broken.map((one) => one.says).join('\n'), says);
    });
  }

  it('are each broken by one of these', () => {
    assert.deepEqual([...new Set(CASES.map(({ breaks }) => breaks))].toSorted(), INVARIANT_NAMES.toSorted());
  });

  it('take what is openly without an outcome, or in review, for kept', () => {
    const kept = soundFacts({
      rows: [
        { ...open, review: 'probes_refused' },
        { ...declined, state: 'pending' },
      ],
    });
    assert.deepEqual(
      breaksIn(kept).filter(({ invariant }) => invariant === 'lost'),
      [],
    );
  });

  it('let an outcome count on from above a lost span, whose own events are on no record, and PayerMax’s wait for a person', () => {
    const [pending, succeeded, failed] = sound.outbox;
    if (pending === undefined || succeeded === undefined || failed === undefined)
      throw new Error('the sound facts have three events');
    const restored = soundFacts({
      hasLostSpan: true,
      rows: [
        { ...captured, sequence: 29_000_000 },
        { ...declined, sequence: 1, state: 'pending', review: 'unverifiable' },
      ],
      outbox: [
        pending,
        { ...succeeded, eventId: 'e-9', sequence: 29_000_000 },
        { ...failed, type: 'capture.pending' },
      ],
      published: [
        ...sound.published,
        { topic: 'p.capture.succeeded', eventId: 'e-9', value: succeeded.payload },
        { topic: 'p.capture.pending', eventId: 'e-1', value: Buffer.from('another one') },
        { topic: 'p.capture.pending', eventId: 'e-3', value: failed.payload },
      ],
    });
    const concerned = breaksIn(restored).filter(({ says }) => !says.includes('was published elsewhere'));
    assert.deepEqual(
      concerned.filter(({ invariant }) => invariant === 'events' || invariant === 'lost'),
      [],
    );
    assert.ok(!concerned.some(({ says }) => says.includes('unverifiable')));
  });

  it('take a refusal under every request id, of what an inquiry shows uncaptured, for a person’s to settle', () => {
    const refused = soundFacts({
      rows: [captured, { ...declined, state: 'pending', review: 'request_ids_refused' }],
      outbox: sound.outbox.map((event) =>
        event.captureId === 'c-2' ? { ...event, type: 'capture.pending' } : event,
      ),
      providers: {
        ...sound.providers,
        truth: sound.providers.truth.map((entry) =>
          entry.paymentId === declined.paymentId ? { ...entry, tells: true, byInquiry: 'authorised' } : entry,
        ),
      },
    });
    assert.deepEqual(
      breaksIn(refused).filter(({ invariant }) => invariant === 'wrongOutcomes'),
      [],
    );
  });

  it('leave alone what is above a committed offset', () => {
    const uncommitted = soundFacts({ committed: new Map(), rows: [captured] });
    assert.deepEqual(
      breaksIn(uncommitted).filter(({ invariant }) => invariant === 'offsets'),
      [],
    );
  });
});
