import { createSecretKey } from 'node:crypto';
import type { Answer, ProviderClient } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { ask } from '../answers.js';
import { connect } from '../connect.js';
import type { Wire } from '../post.js';
import { readCapture } from './capture-call.js';
import type { YabandpayAccountConfig } from './config.js';
import { assertUsable } from './config.js';
import type { YabandpayRequest } from './gateway.js';
import { postSigned } from './gateway.js';
import { inquiryData, readInquiry } from './inquiry.js';

/** Answers are below two kilobytes: one trade each. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The client of one account at YabandPay. Each call is one signed request: a fresh envelope around the data, which for a capture is the
 * business body byte for byte as given. There is no retry in here. Throws CONFIG_INVALID if the account can't work as configured.
 */
export function createYabandpayClient(
  config: YabandpayAccountConfig,
  { clock }: Pick<Wire, 'clock'>,
): ProviderClient {
  assertUsable(config);
  const { user, timeoutMs } = config;
  const sender = { user, timeoutMs, secretKey: createSecretKey(config.secretKey, 'utf8') };
  const wire = { clock, http: connect(config, { maxAnswerBytes: MAX_ANSWER_BYTES }) };

  const call = (request: YabandpayRequest, read: (body: Uint8Array) => Reading | null): Promise<Answer> =>
    ask(
      wire,
      () => postSigned(request, sender, wire),
      ({ body }) => read(body) ?? { because: "the answer can't be read" },
    );

  return {
    provider: 'yabandpay',
    timeoutMs,
    capture: (asked) =>
      call({ method: 'v3.Capture', data: asked.body, mayWrite: asked.mayWrite }, (body) =>
        readCapture(body, asked),
      ),
    inquire: (inquiry) =>
      call(
        { method: 'v3.QueryOrder', data: inquiryData(inquiry.captureReference), mayWrite: () => true },
        (body) => readInquiry(body, inquiry),
      ),
    close: () => wire.http.close(),
  };
}
