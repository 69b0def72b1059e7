import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Movement } from '../../sandbox/book.js';
import { Book } from '../../sandbox/book.js';
import type { CaptureAsk } from '../../sandbox/captures.js';
import type { Plan } from '../../sandbox/plan.js';
import { planOf } from '../../sandbox/plan.js';
import type { Scenario } from '../../sandbox/scenario.js';
import { EPOCH, VirtualTime } from './virtual-time.js';

/** One capture of many, and when it is asked for. */
export interface Asked {
  readonly atMs: number;
  readonly paymentId: string;
  readonly requestId: string;
  /** Minor units. */
  readonly value: bigint;
  readonly scenario: Scenario;
}

export interface Answered<Answer> {
  readonly asked: Asked;
  readonly answer: Answer;
}

const ms = fc.integer({ min: 1, max: 50 });

/** Captures of two payments of 100 minor units, under few request ids, with trouble of all kinds; `own` are a provider's own. */
export function askings(...own: readonly Scenario[]): fc.Arbitrary<Asked[]> {
  const scenario: fc.Arbitrary<Scenario> = fc.oneof(
    fc.constant<Scenario>({ kind: 'normal' }),
    ms.map((delay): Scenario => ({ kind: 'delay', ms: delay })),
    fc.boolean().map((moved): Scenario => ({ kind: 'unknown', moved })),
    ms.map((movesAfterMs): Scenario => ({ kind: 'http', status: 503, moved: true, movesAfterMs })),
    ms.map((movesAfterMs): Scenario => ({ kind: 'unknown', moved: true, movesAfterMs })),
    fc
      .record({ moved: fc.boolean(), endsAfterMs: ms })
      .map((of): Scenario => ({ kind: 'in_process', ...of })),
    ...own.map((one) => fc.constant(one)),
  );
  return fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 100 }),
      paymentId: fc.constantFrom('p', 'q'),
      requestId: fc.constantFrom('a', 'b', 'c'),
      value: fc.constantFrom(100n, 60n),
      scenario,
    }),
    { maxLength: 12 },
  );
}

/** A capture as each provider's rules take it, and what they are made of. */
export type Capture<Answer> = (
  ask: CaptureAsk & { readonly amount: { readonly value: bigint; readonly currency: string } },
  plan: Plan,
) => Promise<Answer>;

export interface Parts {
  readonly book: Book;
  readonly timers: VirtualTime;
  readonly now: () => Date;
}

/** Asks for captures at their moments and lets time run to its end. Every one must be answered. */
export async function run<Answer>(
  permissive: boolean,
  asked: readonly Asked[],
  provider: (parts: Parts) => Capture<Answer>,
): Promise<{ readonly book: Book; readonly answers: readonly Answered<Answer>[] }> {
  const timers = new VirtualTime();
  const book = new Book({ permissive });
  const [merchant, currency] = ['shop', 'EUR'];
  for (const paymentId of ['p', 'q']) {
    const [authorisedAt, expiresAt] = [timers.now(), new Date(EPOCH + 3_600_000)];
    book.authorise({ paymentId, merchant, reference: null, amount: 100n, currency, authorisedAt, expiresAt });
  }
  const capture = provider({ book, timers, now: timers.now });
  const answers: Answered<Answer>[] = [];
  for (const one of asked) {
    const { atMs, paymentId, requestId, value, scenario } = one;
    const ask = { merchant, paymentId, requestId, amount: { value, currency } };
    timers.after(atMs, () => {
      void capture(ask, planOf(scenario)).then((answer) => answers.push({ asked: one, answer }));
    });
  }
  await timers.runToTheEnd();
  assert.equal(answers.length, asked.length, 'every capture must be answered');
  return { book, answers };
}

/** All movements of a book, with what they moved the money of. */
export function movementsOf(book: Book): (Movement & { readonly paymentId: string })[] {
  return [...book.entries()].flatMap(({ authorisation: { paymentId }, movements }) =>
    movements.map((movement) => ({ ...movement, paymentId })),
  );
}

/** Checks that no authorisation was captured twice. */
export function assertCapturedOnce(book: Book): void {
  for (const { movements } of book.entries()) assert.ok(movements.length <= 1);
}

/** Checks that every movement after the first of its authorisation was counted. */
export function assertDoublesCounted(book: Book): void {
  const again = [...book.entries()].flatMap(({ movements }) => movements.slice(1));
  assert.equal(again.length, book.doubleCaptures.length);
}

/** Checks that of every movement something was told that leaves it open, or says so: not refusals alone. */
export function assertMovesLeftOpen<Answer>(
  { book, answers }: { readonly book: Book; readonly answers: readonly Answered<Answer>[] },
  leavesOpen: (answered: Answered<Answer>) => boolean,
): void {
  for (const { paymentId, requestId } of movementsOf(book)) {
    const told = answers.filter(
      ({ asked }) => asked.paymentId === paymentId && asked.requestId === requestId,
    );
    assert.ok(told.some(leavesOpen));
  }
}
