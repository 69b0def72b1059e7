import type { Clock } from '../../ports/clock.js';
import type { Answer, ProviderClient } from '../../ports/provider.js';
import { messageOf } from '../../errors.js';
import { createHttpClient } from '../http-client.js';
import { forPeople } from '../text.js';
import { CAPTURE_PATH, captureAnswerOf } from './capture-call.js';
import type { WalletAccountConfig } from './config.js';
import { assertUsable } from './config.js';
import type { WalletRequest, WalletResponse } from './gateway.js';
import { post } from './gateway.js';
import { INQUIRY_PATH, inquiryAnswerOf, inquiryBody } from './inquiry.js';

/** Answers are a few hundred bytes; an inquiry lists the payment's transactions. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The client of one account at the wallet. Each call is one signed request with the business body byte for byte as given and a fresh
 * Request-Time; there is no retry in here. Throws CONFIG_INVALID if the account can't work as configured.
 */
export function createWalletClient(
  config: WalletAccountConfig,
  { clock }: { readonly clock: Clock },
): ProviderClient {
  assertUsable(config);
  const { requireSignedAnswers, timeoutMs } = config;
  const http = createHttpClient({
    origin: new URL(config.baseUrl).origin,
    connections: config.maxInFlight,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    connectTimeoutMs: timeoutMs,
  });

  const call = async (
    request: WalletRequest,
    read: (response: WalletResponse, began: Date) => Answer,
  ): Promise<Answer> => {
    const began = clock.now();
    try {
      return read(await post(request, config, { clock, http }), began);
    } catch (error) {
      return unforeseen(error, began);
    }
  };

  return {
    provider: 'wallet',
    timeoutMs,
    capture: ({ requestId, body, mayWrite }) =>
      call({ path: CAPTURE_PATH, body, mayWrite }, (response, began) =>
        captureAnswerOf(response, { requestId, began, requireSignedAnswers }),
      ),
    inquire: (inquiry) =>
      call(
        { path: INQUIRY_PATH, body: inquiryBody(inquiry.paymentId), mayWrite: () => true },
        (response, began) => inquiryAnswerOf(response, { call: inquiry, began, requireSignedAnswers }),
      ),
    close: () => http.close(),
  };
}

/** An error of our own in the middle of a call: the request may have left, and an answer may have been lost in here. */
function unforeseen(error: unknown, began: Date): Answer {
  return {
    finding: { is: 'unknown' },
    at: began,
    providerCode: null,
    providerMessage: forPeople(`the call broke off: ${messageOf(error)}`),
    raw: null,
    httpStatus: null,
  };
}
