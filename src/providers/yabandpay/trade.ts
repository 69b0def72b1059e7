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
  if (namesAnotherTrade(trade, asked)) return { is: 'foreign' };
  const meaning: StateMeaning = trade.state === null ? { is: 'unknown' } : meaningOfState(trade.state);
  const capture = meaning.is === 'captured' ? captureShownBy(trade) : null;
  if (capture !== null) return capture;
  if (namesOtherMoney(trade, asked)) return { is: 'foreign' };
  return trade.trade_id === null || meaning.is === 'captured' ? { is: 'unknown' } : meaning;
}

/** Whether anything that a trade names differs from what we asked. What it doesn't name doesn't differ. */
export function namesAnother(trade: Trade, asked: AskedTrade): boolean {
  return namesAnotherTrade(trade, asked) || namesOtherMoney(trade, asked);
}

function namesAnotherTrade({ trade_id: tradeId }: Trade, asked: AskedTrade): boolean {
  return tradeId !== null && tradeId !== asked.tradeId;
}

/** What a trade that is captured comes to. */
export type CaptureShown = Extract<Finding, { readonly is: 'captured' | 'foreign' }>;

/**
 * A capture of what the trade names, for the capture's own rules to call a mismatch if it isn't what we asked; null if it leaves out
 * something of that. A refund is a capture too: its state
 * proves that a capture was made, but an amount beside it that isn't ours may be the refund's or that of another capture, and which of
 * them a person must see.
 *
 * YabandPay gives a capture no id of its own. It keeps the trade_id, of which it allows one capture, and every answer and statement
 * names it; the transaction id belongs to the bank or wallet behind it, and answers to captures don't name one.
 */
export function captureShownBy({
  trade_id: tradeId,
  amount,
  currency,
  paid_time: paidTime,
}: Trade): CaptureShown | null {
  if (tradeId === null || amount === null || currency === null) return null;
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

function namesOtherMoney({ amount, currency }: Trade, asked: AskedTrade): boolean {
  if (currency !== null && currency !== asked.currency) return true;
  if (amount === null) return false;
  const named = minorUnits(amount, asked.currency);
  return named === null || !asked.amounts.includes(named);
}
