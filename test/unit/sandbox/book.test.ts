import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Authorisation, CaptureOrder, Movement } from '../../../sandbox/book.js';
import { Book } from '../../../sandbox/book.js';

const AT = new Date('2026-03-01T12:00:00.000Z');

function authorisation(paymentId: string, amount = 100n, currency = 'IQD'): Authorisation {
  return {
    paymentId,
    merchant: 'shop',
    reference: null,
    amount,
    currency,
    authorisedAt: AT,
    expiresAt: AT,
  };
}

function order(paymentId: string, requestId: string, change: Partial<CaptureOrder> = {}): CaptureOrder {
  return {
    paymentId,
    requestId,
    captureId: `capture of ${requestId}`,
    amount: 100n,
    at: AT,
    late: false,
    ...change,
  };
}

function bookOf(permissive: boolean, ...paymentIds: string[]): Book {
  const book = new Book({ permissive });
  for (const paymentId of paymentIds) book.authorise(authorisation(paymentId));
  return book;
}

describe('what becomes of captured money', () => {
  it('is noted once, and only of money that was captured', () => {
    const book = bookOf(false, 'p');
    assert.equal(book.undo('p', { is: 'voided', at: AT }), false);
    assert.equal(book.undo('unknown', { is: 'voided', at: AT }), false);
    book.capture(order('p', 'a'));
    assert.equal(book.undo('p', { is: 'refunded', at: AT }), true);
    assert.equal(book.undo('p', { is: 'voided', at: AT }), false);
    assert.deepEqual(book.find('p')?.undoing, { is: 'refunded', at: AT });
    assert.equal(book.totals().captures, 1, 'it was captured all the same');
  });
});

describe('the book', () => {
  it('moves the money of an authorisation for the first request id', () => {
    const book = bookOf(false, 'p');
    const movement = book.capture(order('p', 'a', { amount: 40n }));
    assert.deepEqual(movement, {
      requestId: 'a',
      captureId: 'capture of a',
      amount: 40n,
      at: AT,
      late: false,
    });
    assert.deepEqual(book.find('p')?.movements, [movement]);
    assert.deepEqual(book.doubleCaptures, []);
  });

  for (const permissive of [false, true]) {
    it(`moves nothing again for the same request id (permissive: ${permissive})`, () => {
      const book = bookOf(permissive, 'p');
      const first = book.capture(order('p', 'a'));
      assert.equal(book.capture(order('p', 'a', { captureId: 'another', amount: 1n })), first);
      assert.equal(book.totals().captures, 1);
      assert.deepEqual(book.doubleCaptures, []);
    });
  }

  it('refuses another request id, and counts it once however often it asks', () => {
    const book = bookOf(false, 'p');
    book.capture(order('p', 'a'));
    assert.equal(book.capture(order('p', 'b', { amount: 60n })), null);
    assert.equal(book.capture(order('p', 'b', { amount: 60n })), null);
    assert.deepEqual(book.doubleCaptures, [
      {
        paymentId: 'p',
        requestId: 'b',
        firstRequestId: 'a',
        amount: 60n,
        currency: 'IQD',
        at: AT,
        moved: false,
      },
    ]);
    assert.equal(book.totals().byCurrency.get('IQD')?.captured, 100n);
  });

  it('in permissive mode counts another request id and moves the money again', () => {
    const book = bookOf(true, 'p');
    book.capture(order('p', 'a'));
    const second = book.capture(order('p', 'b'));
    assert.equal(second?.requestId, 'b');
    assert.equal(book.capture(order('p', 'b')), second);
    assert.deepEqual(
      book.doubleCaptures.map(({ requestId, moved }) => [requestId, moved]),
      [['b', true]],
    );
    assert.equal(book.totals().byCurrency.get('IQD')?.captured, 200n);
  });

  for (const permissive of [false, true]) {
    for (const lateOne of ['first', 'second']) {
      it(`lists a collision apart if the ${lateOne} one was late, and moves nothing (permissive: ${permissive})`, () => {
        const book = bookOf(permissive, 'p');
        book.capture(order('p', 'a', { late: lateOne === 'first' }));
        assert.equal(book.capture(order('p', 'b', { late: lateOne === 'second' })), null);
        assert.deepEqual(book.doubleCaptures, []);
        assert.deepEqual(
          book.lateCollisions.map(({ requestId, firstRequestId }) => [firstRequestId, requestId]),
          [['a', 'b']],
        );
        assert.equal(book.totals().captures, 1);
      });
    }
  }

  it('counts a double capture between two others also if a late one came in between', () => {
    const book = bookOf(false, 'p');
    book.capture(order('p', 'a'));
    book.capture(order('p', 'late', { late: true }));
    book.capture(order('p', 'b'));
    assert.deepEqual([book.doubleCaptures.length, book.lateCollisions.length], [1, 1]);
  });

  it('counts a request id that was late and then asks again by itself', () => {
    const book = bookOf(true, 'p');
    book.capture(order('p', 'a'));
    book.capture(order('p', 'b', { late: true }));
    assert.notEqual(book.capture(order('p', 'b')), null);
    assert.deepEqual([book.doubleCaptures.length, book.lateCollisions.length], [1, 1]);
  });

  it('records nothing that no provider could have let through', () => {
    const book = bookOf(true, 'p');
    assert.throws(() => book.capture(order('q', 'a')), /payment q was never authorised/);
    assert.throws(() => book.capture(order('p', 'a', { amount: 101n })), /not within the authorised amount/);
    assert.throws(() => book.capture(order('p', 'a', { amount: 0n })), /not within the authorised amount/);
    assert.throws(() => {
      book.authorise(authorisation('p'));
    }, /payment p is authorised already/);
    assert.throws(() => {
      book.authorise(authorisation('q', 0n));
    }, /must be positive/);
    assert.equal(book.totals().captures, 0);
  });

  it('notes who asked, without moving anything', () => {
    const book = bookOf(false, 'p');
    book.asked('p', 'a');
    book.asked('p', 'b');
    book.asked('p', 'a');
    book.asked('unknown', 'a');
    assert.deepEqual([...(book.find('p')?.requestIds ?? [])], ['a', 'b']);
    assert.equal(book.find('unknown'), null);
    assert.equal(book.totals().captures, 0);
  });

  it('forgets everything on reset', () => {
    const book = bookOf(false, 'p');
    book.capture(order('p', 'a'));
    book.capture(order('p', 'b'));
    book.capture(order('p', 'c', { late: true }));
    book.reset();
    const { authorisations, captures, byCurrency } = book.totals();
    assert.deepEqual([authorisations, captures, byCurrency.size], [0, 0, 0]);
    assert.deepEqual([[...book.entries()], book.doubleCaptures, book.lateCollisions], [[], [], []]);
  });
});

const PAYMENTS = ['p', 'q', 'r'] as const;
const orders = fc.array(
  fc.record({
    paymentId: fc.constantFrom(...PAYMENTS),
    requestId: fc.constantFrom('a', 'b', 'c', 'd'),
    amount: fc.bigInt({ min: 1n, max: 100n }),
    late: fc.boolean(),
  }),
  { maxLength: 40 },
);

/** The book after these captures, of three payments in two currencies. */
function bookAfter(
  permissive: boolean,
  made: readonly Pick<CaptureOrder, 'paymentId' | 'requestId' | 'amount' | 'late'>[],
): { book: Book; answers: (Movement | null)[] } {
  const book = new Book({ permissive });
  for (const paymentId of PAYMENTS) {
    book.authorise(authorisation(paymentId, 100n, paymentId === 'r' ? 'USD' : 'IQD'));
  }
  const answers = made.map((one) => book.capture(order(one.paymentId, one.requestId, one)));
  return { book, answers };
}

describe('the book, whatever is asked of it', () => {
  it('in strict mode moves at most one capture an authorisation: the first that was asked for', () => {
    fc.assert(
      fc.property(orders, (made) => {
        const { book } = bookAfter(false, made);
        for (const { authorisation: of, movements } of book.entries()) {
          const asked = made.find(({ paymentId }) => paymentId === of.paymentId);
          assert.deepEqual(
            movements.map(({ requestId, amount }) => [requestId, amount]),
            asked === undefined ? [] : [[asked.requestId, asked.amount]],
          );
        }
      }),
    );
  });

  it('in any mode moves at most one capture a request id, and answers a repeat alike', () => {
    fc.assert(
      fc.property(fc.boolean(), orders, (permissive, made) => {
        const { book, answers } = bookAfter(permissive, made);
        const first = new Map<string, Movement | null>();
        made.forEach(({ paymentId, requestId, late }, index) => {
          const key = `${paymentId}/${requestId}`;
          const answer = answers[index] ?? null;
          const before = first.get(key);
          // A refused late execution isn't the last word: in permissive mode the same id may still move the money by itself.
          if (before != null || (before === null && !late && !permissive)) assert.equal(answer, before);
          if (before == null) first.set(key, answer);
        });
        for (const { movements } of book.entries()) {
          assert.equal(new Set(movements.map(({ requestId }) => requestId)).size, movements.length);
        }
      }),
    );
  });

  it('in permissive mode every movement but the first is a double capture, and every double capture is a movement', () => {
    fc.assert(
      fc.property(orders, (made) => {
        const { book } = bookAfter(true, made);
        for (const { authorisation: of, movements } of book.entries()) {
          const doubles = book.doubleCaptures.filter(({ paymentId }) => paymentId === of.paymentId);
          assert.ok(doubles.every(({ moved }) => moved));
          assert.deepEqual(
            doubles.map(({ requestId, amount }) => [requestId, amount]),
            movements.slice(1).map(({ requestId, amount }) => [requestId, amount]),
          );
        }
      }),
    );
  });

  it('counts the same double captures in both modes, as long as nothing is late', () => {
    fc.assert(
      fc.property(orders, (made) => {
        const punctual = made.map((one) => ({ ...one, late: false }));
        const [strict, permissive] = [bookAfter(false, punctual).book, bookAfter(true, punctual).book];
        const named = (book: Book): string[] =>
          book.doubleCaptures.map(({ paymentId, requestId }) => `${paymentId}/${requestId}`);
        assert.deepEqual(named(strict), named(permissive));
        const ids = new Set(punctual.map(({ paymentId, requestId }) => `${paymentId}/${requestId}`));
        const captured = new Set(punctual.map(({ paymentId }) => paymentId));
        assert.equal(strict.doubleCaptures.length, ids.size - captured.size);
      }),
    );
  });

  it('has totals that are the sums of its entries', () => {
    fc.assert(
      fc.property(fc.boolean(), orders, (permissive, made) => {
        const { book } = bookAfter(permissive, made);
        const { authorisations, captures, byCurrency } = book.totals();
        const entries = [...book.entries()];
        assert.equal(authorisations, entries.length);
        assert.equal(captures, entries.flatMap(({ movements }) => movements).length);
        for (const [currency, totals] of byCurrency) {
          const own = entries.filter((entry) => entry.authorisation.currency === currency);
          const moved = own.flatMap(({ movements }) => movements);
          assert.equal(totals.authorised, sum(own.map((entry) => entry.authorisation.amount)));
          assert.equal(totals.captured, sum(moved.map(({ amount }) => amount)));
        }
      }),
    );
  });
});

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
