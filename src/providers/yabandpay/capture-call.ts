import type { Finding } from '../../capture/evidence.js';
import type { CaptureCall } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { readBody } from '../json.js';
import { meaningOf } from './codes.js';
import { meaningOfState } from './states.js';
import type { AskedTrade } from './trade.js';
import { namesAnother, readTrade } from './trade.js';
import type { CaptureAnswer, Trade } from './wire.js';
import { captureAnswer } from './wire.js';

/**
 * What the answer to a capture says of what we asked; null if it can't be read. It carries no signature: that it is YabandPay's, only
 * the TLS connection vouches for.
 */
export function readCapture(
  body: Uint8Array,
  { captureReference, money }: Pick<CaptureCall, 'captureReference' | 'money'>,
): Reading | null {
  const answer = readBody(body, captureAnswer);
  if (answer === null) return null;
  const { status, code, message, data } = answer;
  const asked = { tradeId: captureReference, currency: money.currency, amounts: [money.amount] };
  return { finding: findingOf(answer, asked), code: status ? (data?.state ?? code) : code, message };
}

function findingOf({ status, code, data }: CaptureAnswer, asked: AskedTrade): Finding {
  const meaning = meaningOf(status, code);
  switch (meaning.is) {
    case 'answered':
      return data === null ? { is: 'in_process' } : answered(data, asked);
    case 'declined':
    case 'account_fault':
    case 'id_taken':
    case 'unknown':
      if (data === null) return meaning;
      if (namesAnother(data, asked)) return { is: 'foreign' };
      return agreesWithRefusal(data) ? meaning : { is: 'unknown' };
  }
}

function answered(data: Trade, asked: AskedTrade): Finding {
  const finding = readTrade(data, asked);
  // The call succeeded, so the request was accepted. That the trade isn't captured, or nothing is said of it, tells that this is still to
  // come: nothing may license another send then.
  return finding.is === 'authorised' || finding.is === 'unknown' ? { is: 'in_process' } : finding;
}

/** A refusal beside a state that says that the money moved, or may, contradicts itself, and is never read either way. */
function agreesWithRefusal({ state }: Trade): boolean {
  if (state === null) return true;
  const { is } = meaningOfState(state);
  return is === 'declined' || is === 'authorised';
}
