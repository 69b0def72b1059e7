import type { z } from 'zod';
import type { Answer, ProviderClient } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { ask } from '../answers.js';
import { connect } from '../connect.js';
import type { Wire } from '../post.js';
import { CAPTURE_PATH, readCapture } from './capture-call.js';
import type { PayermaxAccountConfig } from './config.js';
import { assertUsable } from './config.js';
import type { PayermaxRequest } from './gateway.js';
import { postSigned } from './gateway.js';
import { ORDER_QUERY_PATH, orderQueryData, readOrderQuery } from './inquiry.js';
import { readSigned } from './reading.js';
import { captureAnswer, orderQueryAnswer } from './wire.js';

/** Answers are below a kilobyte; an order query lists the order's payments. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The client of one account at PayerMax. Each call is one signed request: a fresh envelope around the data, which for a capture is the
 * business body byte for byte as given. There is no retry in here. Throws CONFIG_INVALID if the account can't work as configured.
 */
export function createPayermaxClient(
  config: PayermaxAccountConfig,
  { clock }: Pick<Wire, 'clock'>,
): ProviderClient {
  assertUsable(config);
  const http = connect(config, { maxAnswerBytes: MAX_ANSWER_BYTES });
  const wire = { clock, http };

  const call = <T extends { readonly code: string }>(
    request: PayermaxRequest,
    schema: z.ZodType<T>,
    read: (answer: T) => Reading,
  ): Promise<Answer> =>
    ask(
      wire,
      () => postSigned(request, config, wire),
      (answered) => readSigned(answered, config, { schema, read }),
    );

  return {
    provider: 'payermax',
    timeoutMs: config.timeoutMs,
    capture: (asked) =>
      call({ path: CAPTURE_PATH, data: asked.body, mayWrite: asked.mayWrite }, captureAnswer, (answer) =>
        readCapture(answer, asked),
      ),
    inquire: ({ captureReference }) =>
      call(
        { path: ORDER_QUERY_PATH, data: orderQueryData(captureReference), mayWrite: () => true },
        orderQueryAnswer,
        readOrderQuery,
      ),
    close: () => http.close(),
  };
}
