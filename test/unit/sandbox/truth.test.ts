import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Book } from '../../../sandbox/book.js';
import type { SentLetter } from '../../../sandbox/callbacks/courier.js';
import type { Words } from '../../../sandbox/simulator.js';
import { Courier } from '../../../sandbox/callbacks/courier.js';
import { Addresses } from '../../../sandbox/callbacks/addresses.js';
import { PAYERMAX_POST } from '../../../sandbox/payermax/letters.js';
import { truthOf } from '../../../sandbox/truth.js';
import { commonOf } from '../../../sandbox/simulator.js';
import { Timers } from '../../../sandbox/timers.js';

const AT = new Date('2026-03-01T12:00:00.000Z');
const QUIET: Words = { byInquiry: 'nothing', byRepeat: 'nothing', openness: 'closed' };
const LETTER: SentLetter = {
  about: 'CAPTURE',
  says: 'captured',
  decides: true,
  tries: 1,
  state: 'delivered',
};

interface Case {
  readonly words?: Partial<Words>;
  readonly captured?: boolean;
  readonly asked?: boolean;
  readonly misstated?: boolean;
  readonly letters?: readonly Partial<SentLetter>[];
  readonly notifies?: boolean;
}

/** The truth about a payment of a provider with these words and letters: `<outcome>, told` or `<outcome>, not told`. */
function judged({
  words,
  captured = false,
  asked = true,
  misstated = false,
  letters = [],
  ...of
}: Case): string {
  const url = of.notifies === true ? 'http://x' : null;
  const timers = new Timers();
  const shared = { permissive: false, profile: null, seed: '1', timers, now: () => AT };
  const kind = { provider: 'payermax', postalRules: PAYERMAX_POST, usual: [], knows: () => true } as const;
  const postman = { carry: () => Promise.resolve(null) };
  const addresses = new Addresses({ url });
  class Lettered extends Courier {
    override lettersOf(): readonly SentLetter[] {
      return letters.map((letter) => ({ ...LETTER, ...letter }));
    }
  }
  const courier = new Lettered({
    ...{ provider: 'payermax', rules: PAYERMAX_POST, addresses, postman, timers, speed: 1 },
    draw: () => ({ kind: 'normal' }),
  });
  const book = new Book({ permissive: false });
  const authorisation = { paymentId: 'p', merchant: 'M', reference: null, amount: 100n, currency: 'EUR' };
  book.authorise({ ...authorisation, authorisedAt: AT, expiresAt: AT });
  if (asked) book.asked('p', 'r');
  const order = { paymentId: 'p', requestId: 'r', captureId: 'c', amount: 100n, at: AT, late: false };
  if (captured) book.capture(order);
  if (misstated) book.misstate('p');
  const entry = book.find('p');
  assert.ok(entry !== null);
  const common = { ...commonOf(shared, kind), courier };
  const { outcome, tells } = truthOf(entry, { common, wordsOf: () => ({ ...QUIET, ...words }) });
  return `${outcome}, ${tells ? 'told' : 'not told'}`;
}

const cases: readonly (readonly [string, Case, string])[] = [
  ['nobody asked for', { asked: false }, 'not_captured, told'],
  ['of which nothing is ever said', { captured: true }, 'captured, not told'],
  ['an inquiry about which tells', { captured: true, words: { byInquiry: 'captured' } }, 'captured, told'],
  [
    'an inquiry about which tells that it is open',
    { words: { byInquiry: 'authorised' } },
    'not_captured, told',
  ],
  ['under way', { words: { byInquiry: 'in_process', openness: 'open' } }, 'open, told'],
  ['under way for ever', { words: { byInquiry: 'in_process', openness: 'endless' } }, 'open, not told'],
  [
    'a repeat of which tells that it moved',
    { captured: true, words: { byRepeat: 'captured' } },
    'captured, told',
  ],
  ['a repeat of which would move it', { words: { byRepeat: 'authorised' } }, 'not_captured, told'],
  ['a repeat of which is told to have failed', { words: { byRepeat: 'failed' } }, 'not_captured, not told'],
  ['the same, though it moved', { captured: true, words: { byRepeat: 'failed' } }, 'captured, not told'],
  [
    'a repeat of which contradicts the amount told before',
    { captured: true, misstated: true, words: { byRepeat: 'captured' } },
    'captured, not told',
  ],
  ['that was notified', { captured: true, letters: [{}] }, 'captured, told'],
  ['whose notification is on its way', { captured: true, letters: [{ state: 'waiting' }] }, 'captured, told'],
  [
    'whose notification was given up',
    { captured: true, letters: [{ state: 'given_up' }] },
    'captured, not told',
  ],
  [
    'whose notification is withheld',
    { captured: true, letters: [{ state: 'withheld' }] },
    'captured, not told',
  ],
  ['whose notification only hints', { captured: true, letters: [{ decides: false }] }, 'captured, not told'],
  ['whose notification lies', { captured: true, letters: [{ says: 'failed' }] }, 'captured, not told'],
  ['that failed and was notified', { letters: [{ says: 'failed' }] }, 'not_captured, told'],
  ['still open, and its end will be notified', { notifies: true, words: { openness: 'open' } }, 'open, told'],
  [
    'open for ever, notifications or not',
    { notifies: true, words: { openness: 'endless' } },
    'open, not told',
  ],
];

describe('the truth about a payment', () => {
  for (const [what, one, expected] of cases) {
    it(`${what} is: ${expected}`, () => {
      assert.equal(judged(one), expected);
    });
  }
});
