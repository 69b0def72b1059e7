import { exponentOf } from '../../capture/currencies.js';
import type { Finding } from '../../capture/evidence.js';
import type { Money } from '../../capture/money.js';
import { MAX_MINOR_UNITS, parseMajor } from '../../capture/money.js';
import type { StateMeaning } from './states.js';
import { meaningOfState } from './states.js';
import type { Trade } from './wire.js';

/** What we asked for, to hold a trade against. */
export interface AskedTrade {
  readonly tradeId: string;
  readonly currency: string;
  /** What a trade that isn't captured may name without being another than ours, in minor units. */
  readonly amounts: readonly bigint[];
}

/**
 * What a trade says of what we asked, by its state. Answers aren't signed, so whatever decides must be named in full: a trade without its
 * id or its state says nothing, nor does a capture without its amount. Amounts are compared as numbers: `1` is `1.00`.
 */
export function readTrade(trade: Trade, asked: AskedTrade): Finding {
  if (trade.trade_id === null || trade.state === null) return { is: 'unknown' };
  const meaning = meaningOfState(trade.state);
  if (trade.trade_id !== asked.tradeId) return { is: isSettled(meaning) ? 'foreign' : 'unknown' };
  switch (meaning.is) {
    case 'captured':
      return captured(trade);
    case 'authorised':
    case 'in_process':
    case 'declined':
    case 'cancelled':
      return namesOtherMoney(trade, asked) ? { is: 'foreign' } : meaning;
    case 'unknown':
      return meaning;
  }
}

/** Whether a state claims an end. What is open or not understood of another trade is no claim that anybody need look at. */
function isSettled(meaning: StateMeaning): boolean {
  return meaning.is === 'captured' || meaning.is === 'declined' || meaning.is === 'cancelled';
}

/**
 * A capture of what the trade names, for the capture's own rules to call a mismatch if it isn't what we asked. So is a refund: its state
 * proves that a capture was made, but an amount beside it that isn't ours may be the refund's or that of another capture, and which of
 * them a person must see.
 *
 * YabandPay gives a capture no id of its own. It keeps the trade_id, of which it allows one capture, and every answer and statement
 * names it; the transaction id belongs to the bank or wallet behind it, and answers to captures don't name one.
 */
function captured({ trade_id: tradeId, amount, currency, paid_time: paidTime }: Trade): Finding {
  if (amount === null || currency === null) return { is: 'unknown' };
  const money = moneyOf(amount, currency);
  // Money that we couldn't have asked for in any currency: another than ours, and nothing that could be kept.
  if (money === null) return { is: 'foreign' };
  return { is: 'captured', money, requestId: null, providerCaptureId: tradeId, capturedAt: paidTime };
}

function moneyOf(literal: string, currency: string): Money | null {
  const amount = minorUnits(literal, currency);
  return amount !== null && amount > 0n && amount <= MAX_MINOR_UNITS ? { amount, currency } : null;
}

function minorUnits(literal: string, currency: string): bigint | null {
  const exponent = exponentOf(currency);
  return exponent === null ? null : parseMajor(literal, exponent);
}

/** Whether the money that a trade names differs from what we asked. What it doesn't name doesn't differ. */
function namesOtherMoney({ amount, currency }: Trade, asked: AskedTrade): boolean {
  if (currency !== null && currency !== asked.currency) return true;
  if (amount === null) return false;
  const named = minorUnits(amount, asked.currency);
  return named === null || !asked.amounts.includes(named);
}
