import { z } from 'zod';
import { neededId, word } from '../fields.js';
import { readBody } from '../json.js';
import type {
  NotificationReader,
  NotificationReading,
  NotificationTrust,
  Notice,
  NotifyReply,
  ReceivedNotification,
} from '../notification.js';
import { asHint, HINT, refused, wordsOf } from '../notification.js';
import { readTime } from '../times.js';
import { meaningOf } from './codes.js';
import { whyNotSigned } from './signature.js';
import type { CaptureAnswer } from './wire.js';
import { captureAnswer } from './wire.js';

/** What the notifications of an account are held against. */
export interface WalletNotifyTrust extends NotificationTrust {
  readonly clientId: string;
}

const TAKEN = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success.' };
/** The wallet sends again what it isn't told was taken. */
const REFUSED = {
  resultCode: 'UNKNOWN_EXCEPTION',
  resultStatus: 'U',
  resultMessage: 'Not taken. Send it again.',
};

const replyOf = (result: object): NotifyReply => ({
  contentType: 'application/json; charset=UTF-8',
  body: JSON.stringify({ result }),
});

/**
 * Reads what the wallet sends us: signed like a request, over our path, our client id and its own time.
 *
 * The result of a capture (`CAPTURE_RESULT`) decides. What is told of a payment only hints: no page says whether it comes when the payment
 * is authorised or when it is captured. A time that is further from ours than the window makes a hint of either: who kept a notification
 * can send it again, and an inquiry tells what is true now.
 */
export function walletNotifications(trust: WalletNotifyTrust): NotificationReader {
  return {
    replies: { taken: replyOf(TAKEN), refused: replyOf(REFUSED) },
    read: (received, now) => {
      const because = whyNotSigned(received, trust.clientId, trust.keys);
      return because === null
        ? readSigned(received, now, trust.windowMs)
        : refused('unauthenticated', because);
    },
  };
}

const kind = z.object({ notifyType: word.nullish().default(null) });
const payment = z.object({ paymentId: neededId });

function readSigned(
  { headers, body }: ReceivedNotification,
  now: Date,
  windowMs: number,
): NotificationReading {
  const notifyType = readBody(body, kind)?.notifyType;
  if (notifyType === undefined) return refused('unreadable', 'the body is no JSON object with a notifyType');
  const isCapture = notifyType === 'CAPTURE_RESULT';
  if (!isCapture && !isOfPayment(notifyType)) return { is: 'ignored', about: notifyType ?? '' };
  const paymentId = readBody(body, payment)?.paymentId;
  if (paymentId === undefined) return refused('unreadable', 'it names no paymentId that can be read');

  const time = headers['request-time'];
  const at = typeof time === 'string' ? readTime(time) : null;
  const said = isCapture ? readCaptureResult(body) : SAYS_LITTLE;
  const notice = { ...said, captureReference: paymentId, at };
  const isInTime = at !== null && Math.abs(at.getTime() - now.getTime()) <= windowMs;
  return isInTime ? { is: 'verified', notice } : { is: 'out_of_window', notice: asHint(notice) };
}

/** notifyPayment has no type at this wallet; others of its family write one of these. */
function isOfPayment(notifyType: string | null): boolean {
  return notifyType === null || notifyType === 'PAYMENT_RESULT' || notifyType === 'PAYMENT_PENDING';
}

type Said = Omit<Notice, 'captureReference' | 'at'>;
const SAYS_LITTLE: Said = { says: HINT, requestId: null, providerCode: null, providerMessage: null };

function readCaptureResult(body: Uint8Array): Said {
  const result = readBody(body, captureAnswer);
  if (result === null) return SAYS_LITTLE;
  return {
    says: saysOf(result),
    requestId: wordsOf(result.captureRequestId),
    providerCode: wordsOf(result.result.resultCode),
    providerMessage: wordsOf(result.result.resultMessage),
  };
}

/**
 * What decides must be named in full, since nobody asked for this: a capture without its amount or its request, and a refusal without its
 * request, are reasons to ask. So is a result that an answer to a request could have, and the end of a capture can't.
 */
function saysOf(result: CaptureAnswer): Notice['says'] {
  const meaning = meaningOf(result.result.resultStatus, result.result.resultCode);
  const isNamed = wordsOf(result.captureRequestId) !== null;
  switch (meaning.is) {
    case 'captured':
      return isNamed ? captured(result) : HINT;
    case 'declined':
      return isNamed ? meaning : HINT;
    case 'in_process':
      return meaning;
    case 'busy':
    case 'not_processed':
    case 'account_fault':
    case 'id_taken':
    case 'unknown':
      return HINT;
  }
}

function captured({
  captureRequestId,
  captureId,
  captureTime,
  captureAmount: { value, currency },
}: CaptureAnswer): Notice['says'] {
  if (value === null || currency === null) return HINT;
  return {
    is: 'captured',
    money: { amount: value, currency },
    requestId: captureRequestId,
    providerCaptureId: wordsOf(captureId),
    capturedAt: captureTime,
  };
}
