import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Kind, News, Outcome, Told } from '../../../../examples/customer-messages/message.js';
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

/** News that come, and whether the customer is told before the next come. */
interface Step {
  readonly news: News;
  readonly tell: boolean;
}

const anyNews = fc.constantFrom<News>('pending', 'succeeded', 'failed', 'failed_pay_again');
const anyWalk: fc.Arbitrary<readonly Step[]> = fc.array(fc.record({ news: anyNews, tell: fc.boolean() }), {
  minLength: 1,
  maxLength: 12,
});

interface Said {
  readonly kind: Kind;
  readonly news: News;
}

/** What a customer is told along a walk, whose end is always told. */
function messagesOf(walk: readonly Step[]): Said[] {
  const messages: Said[] = [];
  walk.forEach(({ news, tell }, index) => {
    if (!tell && index < walk.length - 1) return;
    const kind = whatToSay(messages.at(-1)?.news ?? null, news);
    if (kind !== null) messages.push({ kind, news });
  });
  return messages;
}

function outcomeIn(news: News): Outcome {
  return news === 'failed_pay_again' ? 'failed' : news;
}

describe('what a customer is told', () => {
  it('is never the same twice in a row, and has the outcome in its kind', () => {
    fc.assert(
      fc.property(anyWalk, (walk) => {
        const messages = messagesOf(walk);
        for (const [index, { kind, news }] of messages.entries()) {
          assert.notEqual(news, messages[index - 1]?.news);
          assert.equal(kind.replace('correction_', ''), outcomeIn(news));
        }
      }),
    );
  });

  it('is a correction if, and only if, they were told an outcome before', () => {
    fc.assert(
      fc.property(anyWalk, (walk) => {
        const messages = messagesOf(walk);
        for (const [index, { kind }] of messages.entries()) {
          const before = messages[index - 1]?.news ?? 'pending';
          assert.equal(kind.startsWith('correction_'), before !== 'pending', `${kind} after ${before}`);
        }
      }),
    );
  });

  it('is the outcome in the end, and whether to pay again', () => {
    const anyFinal = fc.constantFrom<News>('succeeded', 'failed', 'failed_pay_again');
    fc.assert(
      fc.property(anyWalk, anyFinal, (walk, news) => {
        const messages = messagesOf([...walk, { news, tell: true }]);
        assert.equal(messages.at(-1)?.news, news);
      }),
    );
  });

  it('is that the payment is open only before any outcome', () => {
    assert.equal(whatToSay(null, 'pending'), 'pending');
    assert.equal(whatToSay('succeeded', 'pending'), null);
    assert.equal(whatToSay('failed', 'pending'), null);
    assert.equal(whatToSay('failed_pay_again', 'pending'), null);
    fc.assert(
      fc.property(anyWalk, (walk) => {
        assert.ok(messagesOf(walk).findLastIndex(({ kind }) => kind === 'pending') <= 0);
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
      { eventId: sending.eventId, news: sending.news },
      { eventId: 'e-3', news: 'failed_pay_again' },
    );
  });

  it('is none for a customer who knows', () => {
    assert.equal(messageFor({ ...FAILED, told: 'failed_pay_again' }), null);
    assert.equal(messageFor({ ...FAILED, newAuthorisationNeeded: false, told: 'failed' }), null);
    assert.equal(messageFor({ ...FAILED, outcome: 'pending', told: 'succeeded' }), null);
  });

  it('asks for another payment only where one is needed', () => {
    const asks = (change: Partial<Told>): boolean =>
      (messageFor({ ...FAILED, ...change })?.message.text ?? '').includes('pay for it again');
    assert.ok(asks({}));
    assert.ok(asks({ told: 'succeeded' }));
    assert.ok(asks({ told: 'failed' }));
    assert.ok(!asks({ newAuthorisationNeeded: false, told: 'failed_pay_again' }));
    assert.ok(!asks({ newAuthorisationNeeded: false }));
    assert.ok(!asks({ newAuthorisationNeeded: false, told: 'succeeded' }));
    assert.ok(!asks({ outcome: 'succeeded', newAuthorisationNeeded: null }));
    assert.ok(!asks({ outcome: 'succeeded', newAuthorisationNeeded: null, told: 'failed' }));
    assert.ok(!asks({ outcome: 'pending', newAuthorisationNeeded: null, told: null }));
  });

  it('says what has changed when a failure asks something else than before', () => {
    const must = messageFor({ ...FAILED, told: 'failed' })?.message;
    assert.equal(must?.kind, 'correction_failed');
    assert.match(must.text, /you need not do anything\. That was wrong/);
    const needNot = messageFor({
      ...FAILED,
      newAuthorisationNeeded: false,
      told: 'failed_pay_again',
    })?.message;
    assert.equal(needNot?.kind, 'correction_failed');
    assert.match(needNot.text, /no longer needed.*You need not do anything/);
  });
});
