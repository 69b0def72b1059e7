import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { readBody } from '../json.js';
import type {
  NotificationReader,
  NotificationReading,
  NotificationTrust,
  Notice,
  NotifyReply,
} from '../notification.js';
import { asHint, HINT, isAhead, refused, wordsOf } from '../notification.js';
import type { NotificationMembers } from './notification-members.js';
import { membersOf } from './notification-members.js';
import { isTradeId } from './rules.js';
import { isSignedBy } from './signature.js';
import { meaningOfState } from './states.js';
import { captureShownBy } from './trade.js';
import type { TradeNotice } from './wire.js';
import { tradeNotice } from './wire.js';

/** What the notifications of an account are held against. */
export interface YabandpayNotifyTrust extends NotificationTrust {
  readonly user: string;
}

const replyOf = (body: string): NotifyReply => ({ contentType: 'text/plain; charset=UTF-8', body });

/**
 * Reads YabandPay's notifications of a trade: JSON with an HMAC beside the data that it covers, or the same in a form field `resultData`.
 *
 * They tell of the trade, not of a request: that it was declined shows it as closed, no more. They are dated by nothing but the time of a
 * payment, so there is no window for old ones; a payment from the future only hints, since its time would put it before all that is later.
 */
export function yabandpayNotifications(trust: YabandpayNotifyTrust): NotificationReader {
  return {
    replies: { taken: replyOf('ok'), refused: replyOf('bad') },
    read: ({ body }, now) => read(body, now, trust),
  };
}

const envelope = z.object({
  sign: z.string().regex(/^[0-9a-f]{64}$/),
  data: z.record(z.string(), z.unknown()),
});

function read(body: Uint8Array, now: Date, trust: YabandpayNotifyTrust): NotificationReading {
  const signed = readBody(jsonIn(body), envelope);
  if (signed === null) return refused('unauthenticated', 'the body is no JSON object with a sign and data');
  const members = membersOf(signed.data);
  if (members === null)
    return refused('unauthenticated', 'its data holds a list, or a member twice: no signature covers that');
  if (!holds(members, signed.sign, trust.keys))
    return refused('unauthenticated', "its sign isn't YabandPay's over this data");
  const notice = noticeOf(members, trust.user);
  if (notice === null) return refused('unreadable', 'it names no trade_id that can be read');
  return notice.at !== null && isAhead(notice.at, now, trust.windowMs)
    ? { is: 'out_of_window', notice: asHint(notice) }
    : { is: 'verified', notice };
}

const FIELD = Buffer.from('resultData=');

/** The JSON of a notification, also out of the form that older ones come in. */
function jsonIn(body: Uint8Array): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.subarray(0, FIELD.length).equals(FIELD)) return body;
  return Buffer.from(new URLSearchParams(bytes.toString('utf8')).get('resultData') ?? '', 'utf8');
}

/** Members without a value are signed by some of YabandPay's systems and left out by others. */
function holds(members: NotificationMembers, sign: string, keys: readonly KeyObject[]): boolean {
  const all = [...members];
  const filled = all.filter(([, value]) => value !== '');
  return keys.some((key) => isSignedBy(all, sign, key) || isSignedBy(filled, sign, key));
}

/** Reads what was signed, and nothing else; null if it names no trade. */
function noticeOf(members: NotificationMembers, user: string): Notice | null {
  const tradeId = members.get('trade_id') ?? '';
  if (!isTradeId(tradeId)) return null;
  const trade = tradeNotice.safeParse(Object.fromEntries(members)).data ?? null;
  const decides = trade !== null && !isAmbiguous(members) && (trade.user === null || trade.user === user);
  return {
    captureReference: tradeId,
    says: decides ? saysOf(trade) : HINT,
    requestId: null,
    at: trade !== null && isPaid(trade) ? trade.paid_time : null,
    providerCode: wordsOf(trade?.state ?? null),
    providerMessage: null,
  };
}

/**
 * Values are signed bare and joined by `&` and `=`. With one of these in them, the same signature would hold for other members, cut out of
 * that value: whoever writes a description could have a trade paid.
 */
function isAmbiguous(members: NotificationMembers): boolean {
  return [...members].some(([name, value]) => /[&=]/.test(name) || /[&=]/.test(value));
}

function isPaid({ state }: TradeNotice): boolean {
  return state !== null && ['paid', '00'].includes(state.toLowerCase());
}

function saysOf(trade: TradeNotice): Notice['says'] {
  switch (trade.type) {
    case null:
    case 'payment':
      return ofPayment(trade);
    case 'refund':
      return ofRefund(trade);
    default:
      return HINT;
  }
}

function ofPayment(trade: TradeNotice): Notice['says'] {
  const meaning = meaningOfState(trade.state ?? '');
  switch (meaning.is) {
    case 'captured':
      // Without its amount it decides nothing: the inquiry that it hints at names one.
      return captureShownBy(trade) ?? HINT;
    case 'declined':
      return { is: 'closed', category: meaning.category };
    case 'authorised':
    case 'in_process':
    case 'cancelled':
      return meaning;
    case 'unknown':
      return HINT;
  }
}

/**
 * A refund that is under way, done or failed shows that there was a capture to refund. Its amount is its own, often a part, so that of the
 * capture isn't named. In this kind of notification the states of a payment are those of the refund: a declined refund declines no capture.
 */
function ofRefund(trade: TradeNotice): Notice['says'] {
  const isRefund = meaningOfState(trade.state ?? '').is === 'captured' && !isPaid(trade);
  if (!isRefund) return HINT;
  return {
    is: 'captured',
    money: null,
    requestId: null,
    providerCaptureId: trade.trade_id,
    capturedAt: trade.paid_time,
  };
}
