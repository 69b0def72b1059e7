import { createHash } from 'node:crypto';
import type { CaptureRules, Captures, Change, Obstacle } from '../captures.js';
import type { Wording } from '../plan.js';
import type { Word } from '../word.js';
import type { Answer } from './answer.js';
import { answerOf, worded } from './answer.js';
import type { ResultCode } from './codes.js';
import { codeEntry } from './codes.js';
import type { CaptureRequest } from './requests.js';
import { walletTime } from './time.js';

export type WalletCaptures = Captures<CaptureRequest, Answer>;

/**
 * The wallet's rules of capturing.
 *
 * A request id belongs to its content: the same id with other content is refused. An id that has reached S or F gets the same result
 * for ever; U settles nothing. While one capture of a payment is under way, a repeat of its id is told that it is in process.
 */
export class WalletRules implements CaptureRules<CaptureRequest, Answer> {
  readonly changed: (request: CaptureRequest, change: Change<Answer>) => void;
  #remembered = new Map<string, Remembered>();

  /** `changed` hears what becomes of captures that are accepted. */
  constructor(changed: (request: CaptureRequest, change: Change<Answer>) => void = () => undefined) {
    this.changed = changed;
  }

  /** What the request's id has come to: its result, or a refusal of other content. Null if it is open; its content is then fixed. */
  recall(request: CaptureRequest): Answer | null {
    const content = contentOf(request);
    const known = this.#remembered.get(keyOf(request)) ?? { content };
    this.#remembered.set(keyOf(request), known);
    return known.content === content ? (known.result ?? null) : answerOf('REPEAT_REQ_INCONSISTENT');
  }

  /** What a repeat of the request would be told; null if its id is open. */
  repeat(request: CaptureRequest): Word | null {
    const result = this.#remembered.get(keyOf(request))?.result;
    if (result === undefined) return null;
    return result.resultStatus === 'S' ? 'captured' : 'failed';
  }

  settle(request: CaptureRequest, result: Answer): Answer {
    const content = this.#remembered.get(keyOf(request))?.content ?? contentOf(request);
    this.#remembered.set(keyOf(request), { content, result });
    return result;
  }

  /** A scripted refusal is the end of its request id like any other, unless the id has a result already. */
  unexecuted(request: CaptureRequest, wording: Wording, now: Date): Answer {
    const answer = worded(wording, answerOf('UNKNOWN_EXCEPTION'));
    if (answer.resultStatus === 'S') return worded(wording, this.captured(request, now));
    const open = this.#remembered.get(keyOf(request))?.result === undefined;
    const refused = answer.resultStatus === 'F' && codeEntry(answer.resultCode)?.settles === true;
    return open && refused ? this.settle(request, answer) : answer;
  }

  captured(request: CaptureRequest, at: Date): Answer {
    return answerOf('SUCCESS', {
      captureRequestId: request.requestId,
      captureId: this.captureIdOf(request),
      captureTime: walletTime(at),
    });
  }

  refused(_request: CaptureRequest, obstacle: Obstacle): Answer {
    return answerOf(REFUSALS[obstacle]);
  }

  collided(): Answer {
    return answerOf('ORDER_STATUS_INVALID');
  }

  turnedAway(): Answer {
    return answerOf('MUTEX_OPERATION_IN_PROCESSING');
  }

  inProcess(): Answer {
    return answerOf('CAPTURE_IN_PROCESS');
  }

  failed(): Answer {
    return answerOf('PROCESS_FAIL');
  }

  unknown(): Answer {
    return answerOf('UNKNOWN_EXCEPTION');
  }

  captureIdOf({ paymentId, requestId }: CaptureRequest): string {
    const digest = createHash('sha256')
      .update(JSON.stringify([paymentId, requestId]))
      .digest('hex');
    return `CAP${digest.slice(0, 29)}`;
  }

  reset(): void {
    this.#remembered = new Map();
  }
}

interface Remembered {
  readonly content: string;
  readonly result?: Answer;
}

const REFUSALS = {
  not_authorised: 'AUTH_NOT_FOUND',
  expired: 'AUTH_EXPIRED',
  other_currency: 'CURRENCY_NOT_SUPPORT',
  above_authorised: 'CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT',
} as const satisfies Readonly<Record<Obstacle, ResultCode>>;

function keyOf({ merchant, requestId }: CaptureRequest): string {
  return JSON.stringify([merchant, requestId]);
}

/** What must not differ between two requests of one id. */
function contentOf({ paymentId, amount, extendInfo }: CaptureRequest): string {
  return JSON.stringify([paymentId, amount?.value.toString() ?? null, amount?.currency ?? null, extendInfo]);
}
