import type { Entry } from './book.js';
import type { CaptureAsk, Captures } from './captures.js';
import type { Director } from './script.js';
import type { Words } from './simulator.js';
import type { Word } from './word.js';

/** What differs between the providers. */
export interface Voice<Ask extends CaptureAsk> {
  /** How an inquiry words what is true; `nothing` if there is no inquiry, or it has no word for it. */
  readonly inquiry: (entry: Entry, truth: Word) => Word;
  /** What the memory of the request's id makes of its repeat; null if it would be judged as if it were the first. */
  readonly repeat: (ask: Ask) => Word | null;
}

export interface WordParts<Ask extends CaptureAsk, Answer extends object> {
  readonly captures: Pick<
    Captures<Ask, Answer>,
    'underWay' | 'failed' | 'openness' | 'lastAsk' | 'wouldMove'
  >;
  readonly director: Pick<Director, 'answersTrulyInTheEnd'>;
  readonly now: () => Date;
}

/** What a provider would say of a payment now, apart from trouble that passes. Asking for it changes nothing. */
export function wordsOf<Ask extends CaptureAsk, Answer extends object>(
  entry: Entry,
  parts: WordParts<Ask, Answer>,
  voice: Voice<Ask>,
): Words {
  const { captures, director } = parts;
  const { paymentId } = entry.authorisation;
  const unlessScripted = (endpoint: 'capture' | 'inquiry', word: Word): Word =>
    director.answersTrulyInTheEnd(endpoint, paymentId) ? word : 'nothing';
  const truth = truthOf(entry, parts);
  return {
    byInquiry: unlessScripted('inquiry', voice.inquiry(entry, truth)),
    byRepeat: unlessScripted('capture', repeated(captures.lastAsk(paymentId), parts, voice)),
    openness: captures.openness(paymentId),
  };
}

function truthOf<Ask extends CaptureAsk, Answer extends object>(
  { authorisation: { paymentId, expiresAt }, movements }: Entry,
  { captures, now }: WordParts<Ask, Answer>,
): Word {
  if (movements.length > 0) return 'captured';
  if (captures.underWay(paymentId).length > 0) return 'in_process';
  return captures.failed(paymentId).length > 0 || now() >= expiresAt ? 'failed' : 'authorised';
}

function repeated<Ask extends CaptureAsk, Answer extends object>(
  ask: Ask | null,
  { captures }: WordParts<Ask, Answer>,
  voice: Voice<Ask>,
): Word {
  if (ask === null) return 'authorised';
  const remembered = voice.repeat(ask);
  if (remembered !== null) return remembered;
  if (captures.underWay(ask.paymentId).length > 0) return 'in_process';
  return captures.wouldMove(ask) ? 'authorised' : 'failed';
}
