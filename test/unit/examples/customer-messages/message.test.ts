import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Kind, Outcome, Told } from '../../../../examples/customer-messages/message.js';
import { messageFor, whatToSay } from '../../../../examples/customer-messages/message.js';

const FAILED: Told = {
  captureId: 'c-1',
  sequence: 3,
  eventId: 'e-3',
  outcome: 'failed',
  orderId: 'o-1',
  amount: '9007199254740993',
  currency: 'IQD',
  newAuthorisationNeeded: true,
  told: 'pending',
};

/** An outcome that comes, and whether the customer is told before the next comes. */
interface Step {
  readonly outcome: Outcome;
  readonly tell: boolean;
}

const anyOutcome = fc.constantFrom<Outcome>('pending', 'succeeded', 'failed');
const anyWalk: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ outcome: anyOutcome, tell: fc.boolean() }),
  { minLength: 1, maxLength: 12 },
);

/** What a customer is told along a walk, whose end is always told. */
function messagesOf(walk: readonly Step[]): Kind[] {
  const messages: Kind[] = [];
  let told: Outcome | null = null;
  walk.forEach(({ outcome, tell }, index) => {
    if (!tell && index < walk.length - 1) return;
    const kind = whatToSay(told, outcome);
    if (kind === null) return;
    messages.push(kind);
    told = outcome;
  });
  return messages;
}

const OPPOSITE = { correction_succeeded: 'failed', correction_failed: 'succeeded' } as const;

function outcomeIn(kind: Kind | undefined): string | undefined {
  return kind?.replace('correction_', '');
}

describe('what a customer is told', () => {
  it('is never the same twice in a row', () => {
    fc.assert(
      fc.property(anyWalk, (walk) => {
        const messages = messagesOf(walk);
        for (const [index, kind] of messages.entries()) {
          assert.notEqual(outcomeIn(kind), outcomeIn(messages[index - 1]));
        }
      }),
    );
  });

  it('is a correction if, and only if, they were told the other outcome before', () => {
    fc.assert(
      fc.property(anyWalk, (walk) => {
        const messages = messagesOf(walk);
        for (const [index, kind] of messages.entries()) {
          const before = outcomeIn(messages[index - 1]);
          if (kind === 'correction_succeeded' || kind === 'correction_failed') {
            assert.equal(before, OPPOSITE[kind]);
          } else {
            assert.ok(before === undefined || before === 'pending', `${kind} after ${String(before)}`);
          }
        }
      }),
    );
  });

  it('is the outcome in the end', () => {
    fc.assert(
      fc.property(anyWalk, fc.constantFrom<Outcome>('succeeded', 'failed'), (walk, outcome) => {
        const messages = messagesOf([...walk, { outcome, tell: true }]);
        assert.equal(outcomeIn(messages.at(-1)), outcome);
      }),
    );
  });

  it('is that the payment is open only before any outcome', () => {
    assert.equal(whatToSay(null, 'pending'), 'pending');
    assert.equal(whatToSay('succeeded', 'pending'), null);
    assert.equal(whatToSay('failed', 'pending'), null);
    fc.assert(
      fc.property(anyWalk, (walk) => {
        assert.ok(messagesOf(walk).lastIndexOf('pending') <= 0);
      }),
    );
  });
});

describe('a message', () => {
  it('is named after its event and has the amount to the last minor unit', () => {
    const sending = messageFor(FAILED);
    assert.ok(sending !== null);
    const { text, ...rest } = sending.message;
    assert.deepEqual(rest, {
      messageId: 'c-1:3',
      captureId: 'c-1',
      orderId: 'o-1',
      kind: 'failed',
      amount: '9007199254740993',
      currency: 'IQD',
    });
    assert.match(text, /o-1/);
    assert.deepEqual(
      { eventId: sending.eventId, outcome: sending.outcome },
      { eventId: 'e-3', outcome: 'failed' },
    );
  });

  it('is none for a customer who knows', () => {
    assert.equal(messageFor({ ...FAILED, told: 'failed' }), null);
    assert.equal(messageFor({ ...FAILED, outcome: 'pending', told: 'succeeded' }), null);
  });

  it('asks for another payment only where one is needed', () => {
    const asks = (change: Partial<Told>): boolean =>
      (messageFor({ ...FAILED, ...change })?.message.text ?? '').includes('pay for it again');
    assert.ok(asks({}));
    assert.ok(asks({ told: 'succeeded' }));
    assert.ok(!asks({ newAuthorisationNeeded: false }));
    assert.ok(!asks({ newAuthorisationNeeded: false, told: 'succeeded' }));
    assert.ok(!asks({ outcome: 'succeeded', newAuthorisationNeeded: null }));
    assert.ok(!asks({ outcome: 'succeeded', newAuthorisationNeeded: null, told: 'failed' }));
    assert.ok(!asks({ outcome: 'pending', newAuthorisationNeeded: null, told: null }));
  });
});
