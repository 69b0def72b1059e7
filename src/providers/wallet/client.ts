import type { Answer, ProviderClient } from '../../ports/provider.js';
import { ask } from '../answers.js';
import { connect } from '../connect.js';
import type { Wire } from '../post.js';
import { CAPTURE_PATH, readCapture } from './capture-call.js';
import type { WalletAccountConfig } from './config.js';
import { assertUsable } from './config.js';
import type { WalletRequest } from './gateway.js';
import { postSigned } from './gateway.js';
import { INQUIRY_PATH, inquiryBody, readInquiry } from './inquiry.js';
import type { ReadStamped } from './reading.js';
import { readSigned } from './reading.js';

/** Answers are a few hundred bytes; an inquiry lists the payment's transactions. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The client of one account at the wallet. Each call is one signed request with the business body byte for byte as given and a fresh
 * Request-Time; there is no retry in here. Throws CONFIG_INVALID if the account can't work as configured.
 */
export function createWalletClient(
  config: WalletAccountConfig,
  { clock }: Pick<Wire, 'clock'>,
): ProviderClient {
  assertUsable(config);
  const { timeoutMs } = config;
  const http = connect(config, { maxAnswerBytes: MAX_ANSWER_BYTES });
  const wire = { clock, http };

  const call = (request: WalletRequest, read: ReadStamped): Promise<Answer> =>
    ask(
      wire,
      () => postSigned(request, config, wire),
      (answered, span) => readSigned(answered, { ...config, path: request.path, span }, read),
    );

  return {
    provider: 'wallet',
    timeoutMs,
    capture: (asked) =>
      call({ path: CAPTURE_PATH, body: asked.body, mayWrite: asked.mayWrite }, (answer, stamp) =>
        readCapture(answer, asked, stamp),
      ),
    inquire: (inquiry) =>
      call({ path: INQUIRY_PATH, body: inquiryBody(inquiry.paymentId), mayWrite: () => true }, (answer) =>
        readInquiry(answer, inquiry),
      ),
    close: () => http.close(),
  };
}
