import type { Finding } from '../../capture/evidence.js';
import type { InquiryCall } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { readBody } from '../json.js';
import { meaningOf } from './codes.js';
import type { AskedTrade } from './trade.js';
import { readTrade } from './trade.js';
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
  const meaning = meaningOf(status, code);
  switch (meaning.is) {
    case 'answered': {
      const trade = data?.transaction_info ?? null;
      const finding: Finding = trade === null ? { is: 'unknown' } : readTrade(trade, askedBy(call));
      return { finding, code: trade?.state ?? code, message };
    }
    case 'account_fault':
      return { finding: meaning, code, message };
    // The code is about the inquiry. That it was refused, even for an unknown trade, says nothing about the capture.
    case 'declined':
    case 'unknown':
      return { finding: { is: 'unknown' }, code, message };
  }
}

/** Until it is captured, a trade names what was authorised; whether one under way names that or what was asked, no page says. */
function askedBy({ captureReference, money, authorisedAmount }: InquiryCall): AskedTrade {
  return {
    tradeId: captureReference,
    currency: money.currency,
    amounts: [money.amount, authorisedAmount],
  };
}
