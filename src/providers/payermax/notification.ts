import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { neededId, time, word } from '../fields.js';
import { readBody } from '../json.js';
import type {
  NotificationReader,
  NotificationReading,
  NotificationTrust,
  Notice,
  NotifyReply,
  ReceivedNotification,
} from '../notification.js';
import { asHint, HINT, isAhead, refused, wordsOf } from '../notification.js';
import { readAmount } from './amount.js';
import { categoryOf } from './codes.js';
import { normalisedOrderNumber } from './rules.js';
import { authenticityOf } from './signature.js';
import type { CaptureData } from './wire.js';
import { captureData } from './wire.js';

/** What the callbacks of an account are held against. */
export interface PayermaxNotifyTrust extends NotificationTrust {
  readonly merchantNo: string;
  readonly appId: string;
}

const replyOf = (code: string, msg: string): NotifyReply => ({
  contentType: 'application/json',
  body: JSON.stringify({ code, msg }),
});

/**
 * Reads PayerMax's callbacks: a header `sign` over the body as it came. The signature covers neither address nor account, so the body must
 * name ours.
 *
 * A capture's callback decides by the status in its data. All others, of the authorisation, of cancellations and refunds, come to the same
 * address and are ignored.
 *
 * One that is older than the window decides all the same. PayerMax sends it again for half a day, whether with a new time no page says, and
 * knows no inquiry that could tell instead; and what became of a request never changes, so an old callback that somebody sends again says
 * nothing new. One from the future counts from when it came, since its time would put it before all that is really later: our clock may be
 * the one that is wrong, and as a hint it would be lost, with nobody to ask.
 */
export function payermaxNotifications(trust: PayermaxNotifyTrust): NotificationReader {
  return {
    replies: { taken: replyOf('SUCCESS', 'Success'), refused: replyOf('FAIL', 'Not taken. Send it again.') },
    read: (received, now) => {
      const because = whyNotSigned(received, trust.keys);
      return because === null ? readSigned(received.body, now, trust) : refused('unauthenticated', because);
    },
  };
}

function whyNotSigned(received: ReceivedNotification, keys: readonly KeyObject[]): string | null {
  const found = keys.map((key) => authenticityOf(received, key));
  if (found.includes('verified')) return null;
  return found.includes('unsigned')
    ? 'it has no sign header'
    : "its signature isn't PayerMax's over this body";
}

const envelope = z.object({
  merchantNo: word,
  appId: word.nullish().default(null),
  notifyType: word,
  notifyTime: time,
});
const order = z.object({ data: z.object({ outTradeNo: neededId }) });
const capture = z.object({ data: captureData });

function readSigned(
  body: Uint8Array,
  now: Date,
  { merchantNo, appId, windowMs }: PayermaxNotifyTrust,
): NotificationReading {
  const about = readBody(body, envelope);
  if (about === null)
    return refused('unreadable', 'the body is no JSON object with a merchantNo and a notifyType');
  if (about.merchantNo !== merchantNo || (about.appId !== null && about.appId !== appId))
    return refused('unauthenticated', "its merchantNo or appId isn't this account's");
  if (about.notifyType !== 'CAPTURE') return { is: 'ignored', about: about.notifyType };
  const captureReference = normalisedOrderNumber(readBody(body, order)?.data.outTradeNo ?? '');
  if (captureReference === null) return refused('unreadable', 'it names no outTradeNo that can be read');

  const data = readBody(body, capture)?.data ?? null;
  const notice: Notice = {
    captureReference,
    says: data === null ? HINT : saysOf(data),
    requestId: wordsOf(data?.requestId ?? null),
    at: about.notifyTime ?? data?.succeededTime ?? null,
    providerCode: wordsOf(data?.errorCode ?? data?.status ?? null),
    providerMessage: wordsOf(data?.errorMsg ?? null),
  };
  if (notice.at === null || !isAhead(notice.at, now, windowMs)) return { is: 'verified', notice };
  return isOutcome(notice.says)
    ? { is: 'verified', notice: { ...notice, at: now } }
    : { is: 'out_of_window', notice: asHint(notice) };
}

/** Whether it tells what became of the request that it names, which never changes. */
function isOutcome(says: Notice['says']): boolean {
  switch (says.is) {
    case 'captured':
    case 'declined':
    case 'foreign':
      return true;
    case 'closed':
    case 'in_process':
    case 'authorised':
    case 'cancelled':
    case 'hint':
      return false;
  }
}

/** The outcome of no request in particular is a reason to ask, and decides nothing. */
function saysOf(data: CaptureData): Notice['says'] {
  const isNamed = wordsOf(data.requestId) !== null;
  switch (data.status) {
    case 'SUCCESS':
      return isNamed ? captured(data) : HINT;
    case 'FAILED':
    case 'CLOSED':
      return isNamed ? { is: 'declined', category: categoryOf(data.errorCode) } : HINT;
    case 'PENDING':
      return { is: 'in_process' };
    case null:
    default:
      return HINT;
  }
}

/**
 * PayerMax's own sample names neither amount nor currency. The request that it names, which we alone can have made, has both: so that is no
 * guess, and whoever folds it holds the request against ours. Half of an amount is none, and decides nothing. One that is named in full and
 * that no request of ours can have had is somebody else's.
 */
function captured({ requestId, captureNo, succeededTime, amount, currency }: CaptureData): Notice['says'] {
  if ((amount === null) !== (currency === null)) return HINT;
  const minorUnits = amount === null || currency === null ? null : readAmount(amount, currency);
  if (amount !== null && minorUnits === null) return { is: 'foreign' };
  return {
    is: 'captured',
    money: minorUnits === null || currency === null ? null : { amount: minorUnits, currency },
    requestId,
    providerCaptureId: wordsOf(captureNo),
    capturedAt: succeededTime,
  };
}
