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
import { isSignedBy, joinedText } from './signature.js';
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
 *
 * The signature covers members, not the body: whoever has kept a notification can write it in many ways. What was signed makes it the same.
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
  const given = membersOf(signed.data);
  if (given === null)
    return refused('unauthenticated', 'its data holds a list, or a member twice: no signature covers that');
  const members = coveredBy(signed.sign, given, trust.keys);
  if (members === null) return refused('unauthenticated', "its sign isn't YabandPay's over this data");
  const notice = noticeOf(members, trust.user);
  if (notice === null) return refused('unreadable', 'it names no trade_id that can be read');
  const identity = identityOf(members);
  return notice.at !== null && isAhead(notice.at, now, trust.windowMs)
    ? { is: 'out_of_window', notice: asHint(notice), identity }
    : { is: 'verified', notice, identity };
}

const FIELD = Buffer.from('resultData=');

/** The JSON of a notification, also out of the form that older ones come in. */
function jsonIn(body: Uint8Array): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.subarray(0, FIELD.length).equals(FIELD)) return body;
  return Buffer.from(new URLSearchParams(bytes.toString('utf8')).get('resultData') ?? '', 'utf8');
}

/**
 * The members that the sign covers; null if it is nobody's. Those without a value are signed by some of YabandPay's systems and left out by
 * others: where they aren't signed anybody may have put them there, so they are passed over.
 */
function coveredBy(
  sign: string,
  given: NotificationMembers,
  keys: readonly KeyObject[],
): NotificationMembers | null {
  const all = [...given];
  const filled = all.filter(([, value]) => value !== '');
  const covered = [all, filled].find((members) => keys.some((key) => isSignedBy(members, sign, key)));
  return covered === undefined ? null : new Map(covered);
}

/** The signed text. Of members that it can't be told from it is another one, or such a copy would stand in the way of what was meant. */
function identityOf(members: NotificationMembers): Uint8Array {
  return Buffer.from(`${isAmbiguous(members) ? 'ambiguous' : 'plain'}:${joinedText([...members])}`, 'utf8');
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
    // It names the refund's money and never the capture's, so what was captured, if anything, only an inquiry can tell.
    case 'refund':
    default:
      return HINT;
  }
}

/**
 * States on the way to an outcome carry no time and may be told hours late. As evidence they would say for ever that the request is being
 * executed; what they say now, an inquiry tells.
 */
function ofPayment(trade: TradeNotice): Notice['says'] {
  const meaning = meaningOfState(trade.state ?? '');
  switch (meaning.is) {
    case 'captured':
      // Without its amount it decides nothing: the inquiry that it hints at names one.
      return captureShownBy(trade) ?? HINT;
    case 'declined':
      return { is: 'closed', category: meaning.category };
    case 'cancelled':
      return meaning;
    case 'authorised':
    case 'in_process':
    case 'unknown':
      return HINT;
  }
}
