import type { Finding } from '../../capture/evidence.js';
import type { InquiryCall } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { readBody } from '../json.js';
import type { YabandpayMeaning } from './codes.js';
import { meaningOf } from './codes.js';
import type { AskedTrade } from './trade.js';
import { namesAnother, readTrade } from './trade.js';
import type { Trade } from './wire.js';
import { inquiryAnswer } from './wire.js';

/** YabandPay looks trades up by nothing else. */
export function inquiryData(tradeId: string): Uint8Array {
  return Buffer.from(JSON.stringify({ trade_id: tradeId }), 'utf8');
}

/**
 * What the answer to an inquiry says; null if it can't be read. It counts from when the inquiry began: YabandPay looked at some moment
 * after that, so whatever we did before is covered by what it says, and what we did since isn't.
 */
export function readInquiry(body: Uint8Array, call: InquiryCall): Reading | null {
  const answer = readBody(body, inquiryAnswer);
  if (answer === null) return null;
  const { status, code, message, data } = answer;
  const trade = data?.transaction_info ?? null;
  const asked = askedBy(call);
  const meaning = meaningOf(status, code);
  if (meaning.is === 'answered') {
    const finding: Finding = trade === null ? { is: 'unknown' } : readTrade(trade, asked);
    return { finding, code: trade?.state ?? code, message };
  }
  return { finding: refused(meaning, trade, asked), code, message };
}

/** The code is about the inquiry. That it was refused, even for an unknown trade, says nothing about the capture. */
function refused({ is }: YabandpayMeaning, trade: Trade | null, asked: AskedTrade): Finding {
  if (trade !== null && namesAnother(trade, asked)) return { is: 'foreign' };
  return { is: is === 'account_fault' ? is : 'unknown' };
}

/** Until it is captured, a trade names what was authorised; whether one under way names that or what was asked, no page says. */
function askedBy({ captureReference, money, authorisedAmount }: InquiryCall): AskedTrade {
  return {
    tradeId: captureReference,
    currency: money.currency,
    amounts: [money.amount, authorisedAmount],
  };
}
