import type { KeyObject } from 'node:crypto';
import type { Authorisation } from '../book.js';
import type { Letter, PostalRules, Reply, Sealed } from '../callbacks/letter.js';
import type { Change } from '../captures.js';
import { readJson } from '../incoming.js';
import { MINUTE } from '../time-spans.js';
import type { Word } from '../word.js';
import { z } from 'zod';
import type { Answer } from './answer.js';
import { answerOf } from './answer.js';
import type { CaptureRequest } from './requests.js';
import type { SignatureEncoding } from './signature.js';
import { formatSignatureHeader, signatureOf } from './signature.js';
import { walletTime } from './time.js';

const HOUR = 60 * MINUTE;

/** The wallet's family sends eight times in a day. */
export const WALLET_POST: PostalRules = {
  waitsMs: [0, 2 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR],
  isTaken,
  canBeAsked: true,
};

const reply = z.object({ result: z.object({ resultStatus: z.literal('S') }) });

function isTaken({ status, body }: Reply): boolean {
  return status === 200 && 'request' in readJson(reply, Buffer.from(body));
}

/**
 * Writes the wallet's notifications. `notifyPayment` tells of the payment, and doesn't name the capture; no page says at which ends it
 * comes, so here it comes at each end of an accepted capture. `notifyCapture` tells of the capture itself; this wallet's pages don't have
 * it, others of its family do, so it is sent only if the sandbox is told to.
 */
export class WalletLetters {
  readonly #key: KeyObject;
  readonly #encoding: SignatureEncoding;
  readonly #notifiesCaptures: boolean;
  readonly #now: () => Date;

  constructor(parts: {
    readonly privateKey: KeyObject;
    readonly encoding: SignatureEncoding;
    readonly notifiesCaptures: boolean;
    readonly now: () => Date;
  }) {
    this.#key = parts.privateKey;
    this.#encoding = parts.encoding;
    this.#notifiesCaptures = parts.notifiesCaptures;
    this.#now = parts.now;
  }

  /** What is sent if a capture is said to have come to this. */
  about(
    authorisation: Authorisation,
    request: CaptureRequest,
    change: Change<Answer>,
    says: Word,
  ): readonly Letter[] {
    const result = resultOf(says === change.is ? change.answer : answerOf(CODES[says]));
    const written = (about: string, decides: boolean, body: object): Letter => {
      const bytes = Buffer.from(JSON.stringify(body));
      return { about, says, decides, seal: (to) => this.#seal(to, authorisation.merchant, bytes) };
    };
    const payment = written('notifyPayment', false, paymentBody(authorisation, result, change.at));
    const capture = written('notifyCapture', true, captureBody(authorisation, request, change, result));
    return this.#notifiesCaptures ? [payment, capture] : [payment];
  }

  /** As merchants sign what they send to the wallet: over the path that it is sent to and the time of sending. */
  async #seal(to: URL, clientId: string, body: Uint8Array): Promise<Sealed> {
    const time = walletTime(this.#now());
    const signed = { method: 'POST', path: to.pathname + to.search, clientId, time, body };
    const signature = await signatureOf(signed, this.#key);
    const header = { algorithm: 'RSA256', keyVersion: '1', signature };
    return {
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': clientId,
        'request-time': time,
        signature: formatSignatureHeader(header, this.#encoding),
      },
      body,
    };
  }
}

/** How the wallet words what it doesn't say with an answer that it gave. */
const CODES = {
  captured: 'SUCCESS',
  failed: 'PROCESS_FAIL',
  in_process: 'CAPTURE_IN_PROCESS',
  authorised: 'UNKNOWN_EXCEPTION',
  nothing: 'UNKNOWN_EXCEPTION',
} as const;

function resultOf({ resultCode, resultStatus, resultMessage }: Answer): object {
  return { resultCode, resultStatus, resultMessage };
}

function paymentBody(
  { paymentId, reference, amount, currency, authorisedAt }: Authorisation,
  paymentResult: object,
  at: Date,
): object {
  return {
    paymentId,
    paymentRequestId: reference ?? '',
    paymentResult,
    paymentAmount: { value: amount.toString(), currency },
    paymentTime: walletTime(at),
    paymentCreateTime: walletTime(authorisedAt),
  };
}

function captureBody(
  { paymentId, currency }: Authorisation,
  { requestId }: CaptureRequest,
  { answer, amount, at }: Change<Answer>,
  result: object,
): object {
  return {
    notifyType: 'CAPTURE_RESULT',
    result,
    captureRequestId: requestId,
    captureId: answer.members['captureId'],
    paymentId,
    captureAmount: { value: amount.toString(), currency },
    captureTime: walletTime(at),
  };
}
