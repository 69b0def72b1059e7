import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Book } from '../../../../sandbox/book.js';
import { planOf } from '../../../../sandbox/plan.js';
import type { Scenario } from '../../../../sandbox/scenario.js';
import type { Delays } from '../../../../sandbox/timers.js';
import type { Answer } from '../../../../sandbox/wallet/answer.js';
import { WalletCaptures } from '../../../../sandbox/wallet/captures.js';

const EPOCH = Date.parse('2026-03-01T12:00:00.000Z');

/** Time that passes only when it is told to: everything put off happens in its order, at its moment. */
class VirtualTime implements Delays {
  #ms = 0;
  #queue: { readonly at: number; readonly action: () => void }[] = [];

  readonly now = (): Date => new Date(EPOCH + this.#ms);

  after(ms: number, action: () => void): void {
    this.#queue.push({ at: this.#ms + ms, action });
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  async runToTheEnd(): Promise<void> {
    for (;;) {
      this.#queue.sort((a, b) => a.at - b.at);
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#ms = next.at;
      next.action();
      await setImmediate();
    }
  }
}

interface Asked {
  readonly atMs: number;
  readonly paymentId: string;
  readonly captureRequestId: string;
  readonly value: bigint;
  readonly scenario: Scenario;
}

const ms = fc.integer({ min: 1, max: 50 });
const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  fc.constant<Scenario>({ kind: 'normal' }),
  ms.map((delay): Scenario => ({ kind: 'delay', ms: delay })),
  fc.boolean().map((moved): Scenario => ({ kind: 'unknown', moved })),
  ms.map((movesAfterMs): Scenario => ({ kind: 'http', status: 503, moved: true, movesAfterMs })),
  fc.record({ moved: fc.boolean(), endsAfterMs: ms }).map((of): Scenario => ({ kind: 'in_process', ...of })),
  fc.constant<Scenario>({ kind: 'answer', resultCode: 'RISK_REJECT' }),
);
const askings = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 100 }),
    paymentId: fc.constantFrom('p', 'q'),
    captureRequestId: fc.constantFrom('a', 'b', 'c'),
    value: fc.constantFrom(100n, 60n),
    scenario: scenarios,
  }),
  { maxLength: 12 },
);

interface Run {
  readonly book: Book;
  readonly captures: WalletCaptures;
  readonly answers: readonly { readonly asked: Asked; readonly answer: Answer }[];
}

async function run(permissive: boolean, asked: readonly Asked[]): Promise<Run> {
  const timers = new VirtualTime();
  const book = new Book({ permissive });
  for (const paymentId of ['p', 'q']) {
    book.authorise({
      paymentId,
      clientId: 'shop',
      paymentRequestId: null,
      amount: 100n,
      currency: 'IQD',
      authorisedAt: timers.now(),
      expiresAt: new Date(EPOCH + 3_600_000),
    });
  }
  const captures = new WalletCaptures({ book, timers, now: timers.now });
  const answers: { asked: Asked; answer: Answer }[] = [];
  for (const one of asked) {
    const { atMs, paymentId, captureRequestId, value, scenario } = one;
    timers.after(atMs, () => {
      const amount = { value, currency: 'IQD' };
      const request = { clientId: 'shop', paymentId, captureRequestId, amount, extendInfo: null };
      void captures.capture(request, planOf(scenario)).then((answer) => answers.push({ asked: one, answer }));
    });
  }
  await timers.runToTheEnd();
  assert.equal(answers.length, asked.length, 'every capture must be answered');
  return { book, captures, answers };
}

describe('captures at the wallet, whatever their interleaving', () => {
  it('in strict mode move the money of an authorisation at most once', async () => {
    await fc.assert(
      fc.asyncProperty(askings, async (asked) => {
        const { book } = await run(false, asked);
        for (const { movements } of book.entries()) assert.ok(movements.length <= 1);
      }),
    );
  });

  for (const permissive of [false, true]) {
    it(`move money if and only if one says so or leaves it open (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(askings, async (asked) => {
          const { book, answers } = await run(permissive, asked);
          for (const { asked: one, answer } of answers) {
            if (answer.resultStatus !== 'S') continue;
            const movement = book
              .find(one.paymentId)
              ?.movements.find(({ requestId }) => requestId === one.captureRequestId);
            assert.equal(movement?.captureId, answer.members['captureId']);
            assert.equal(movement?.amount, one.value);
          }
          for (const { authorisation, movements } of book.entries()) {
            for (const { requestId } of movements) {
              const told = answers.filter(
                (of) =>
                  of.asked.paymentId === authorisation.paymentId && of.asked.captureRequestId === requestId,
              );
              assert.ok(told.some(({ answer }) => answer.resultStatus !== 'F'));
            }
          }
        }),
      );
    });

    it(`hold no payment for ever (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(askings, async (asked) => {
          const { captures } = await run(permissive, asked);
          assert.deepEqual([...captures.underWay('p'), ...captures.underWay('q')], []);
        }),
      );
    });

    it(`give a request id one content, and a success once given for ever (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(askings, async (asked) => {
          const { answers } = await run(permissive, asked);
          const successes = new Map<string, string>();
          for (const { asked: one, answer } of answers) {
            if (answer.resultStatus !== 'S') continue;
            const body = JSON.stringify(answer);
            assert.equal(successes.get(one.captureRequestId) ?? body, body);
            successes.set(one.captureRequestId, body);
          }
        }),
      );
    });
  }

  it('in permissive mode are all counted that moved money again', async () => {
    await fc.assert(
      fc.asyncProperty(askings, async (asked) => {
        const { book } = await run(true, asked);
        const again = [...book.entries()].flatMap(({ movements }) => movements.slice(1));
        assert.equal(again.length, book.doubleCaptures.length);
      }),
    );
  });
});
