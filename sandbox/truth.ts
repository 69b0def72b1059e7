import type { Entry } from './book.js';
import type { SentLetter } from './callbacks/courier.js';
import type { Simulator, Words } from './simulator.js';

/** `open`: a request is under way, or will be executed late. */
export type Outcome = 'captured' | 'not_captured' | 'open';

/** What is true of a payment, and what its provider has told or would tell. */
export interface Truth extends Words {
  readonly outcome: Outcome;
  readonly letters: readonly SentLetter[];
  /** Whether the provider tells what became of the payment, in any way that can be relied on. */
  readonly tells: boolean;
}

export function truthOf(entry: Entry, simulator: Judged): Truth {
  const { courier } = simulator.common;
  const words = simulator.wordsOf(entry);
  const { paymentId } = entry.authorisation;
  const letters = courier.lettersOf(paymentId);
  const outcome = outcomeOf(entry, words);
  const tells =
    entry.requestIds.size === 0 ||
    inquiryTells(words) ||
    repeatTells(entry, words) ||
    letters.some((letter) => letterTells(letter, outcome)) ||
    (words.openness === 'open' && courier.willTell(entry.authorisation));
  return { ...words, outcome, letters, tells };
}

type Judged = Pick<Simulator, 'wordsOf' | 'common'>;

function outcomeOf({ movements }: Entry, { openness }: Words): Outcome {
  if (movements.length > 0) return 'captured';
  return openness === 'closed' ? 'not_captured' : 'open';
}

function inquiryTells({ byInquiry, openness }: Words): boolean {
  switch (byInquiry) {
    case 'captured':
    case 'failed':
    case 'authorised':
      return true;
    case 'in_process':
      return openness === 'open';
    case 'nothing':
      return false;
  }
}

/**
 * A repeat that is told to have failed tells nothing: it may have failed because the first request had not. Nor does one after another
 * amount was named: of two answers alike, nobody knows the right one.
 */
function repeatTells({ misstated }: Entry, { byRepeat }: Words): boolean {
  switch (byRepeat) {
    case 'captured':
      return !misstated;
    case 'authorised':
      return true;
    case 'failed':
    case 'in_process':
    case 'nothing':
      return false;
  }
}

/** One that is still on its way counts as well; one that was given up or withheld doesn't. */
function letterTells({ decides, says, state }: SentLetter, outcome: Outcome): boolean {
  if (!decides || (state !== 'delivered' && state !== 'waiting')) return false;
  switch (outcome) {
    case 'captured':
      return says === 'captured';
    case 'not_captured':
      return says === 'failed';
    case 'open':
      return false;
  }
}
