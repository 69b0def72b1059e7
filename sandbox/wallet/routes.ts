import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { labelOf } from '../calls.js';
import { unlessInterrupted } from '../delivery.js';
import { bytesOf, leaveBodiesAlone } from '../incoming.js';
import type { Delivery } from '../plan.js';
import { planOf } from '../plan.js';
import type { Common } from '../simulator.js';
import { misstatedAmount } from '../wrong-amount.js';
import type { Answer } from './answer.js';
import { answerOf, bodyOf, naming, worded } from './answer.js';
import type { WalletCaptures } from './captures.js';
import type { Gate } from './gate.js';
import { header } from './gate.js';
import type { WalletInquiry } from './inquiry.js';
import type { Mailroom } from './mailroom.js';
import { readCapture, readInquiry } from './requests.js';

export const CAPTURE_PATH = '/v1/payments/capture';
export const INQUIRY_PATH = '/v1/payments/inquiryPayment';

export interface WalletParts extends Common {
  readonly gate: Gate;
  readonly mailroom: Mailroom;
  readonly captures: WalletCaptures;
  readonly inquiry: WalletInquiry;
}

/** What a call comes to: an answer, and how it is delivered. */
interface Outcome {
  readonly answer: Answer;
  readonly altered?: Readonly<Record<string, unknown>>;
  readonly delivery: Delivery;
}

type Handler = (clientId: string, body: Uint8Array) => Promise<Outcome>;

/** The wallet over HTTP: all answers of its own come with status 200, as the wallet sends them. */
export function walletRoutes(app: FastifyInstance, parts: WalletParts): void {
  leaveBodiesAlone(app);
  const serve =
    (endpoint: string, handler: Handler) => async (request: FastifyRequest, reply: FastifyReply) => {
      await respond({ endpoint, request, reply, handler }, parts);
      return reply;
    };
  // A Content-Type that can't even be parsed never reaches a handler; the gate refuses it all the same.
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error;
    await respond({ endpoint: 'other', request, reply, handler: noSuchApi }, parts);
    return reply;
  });
  app.all(CAPTURE_PATH, serve('capture', captureHandler(parts)));
  app.all(INQUIRY_PATH, serve('inquiryPayment', inquiryHandler(parts)));
  app.all('/v1/*', serve('other', noSuchApi));
}

async function respond(
  call: { endpoint: string; request: FastifyRequest; reply: FastifyReply; handler: Handler },
  { gate, mailroom, calls }: WalletParts,
): Promise<void> {
  const { endpoint, request, reply, handler } = call;
  const { method, url: path, headers } = request;
  const body = bytesOf(request);
  const admitted = await gate.admit({ method, path, headers, body });
  await unlessInterrupted(reply, async () => {
    const { answer, altered, delivery } =
      'refused' in admitted
        ? plainly(answerOf(admitted.refused, {}, admitted.why))
        : await handler(admitted.clientId, body);
    calls.count(endpoint, labelOf(answer.resultCode, delivery));
    const envelope = { method, path, clientId: header({ headers }, 'client-id') };
    await mailroom.deliver(reply, envelope, bodyOf(answer, altered), delivery);
  });
}

function captureHandler({ captures, director, book }: WalletParts): Handler {
  return async (clientId, body) => {
    const read = readCapture(clientId, body);
    if ('problem' in read) return plainly(answerOf('PARAM_ILLEGAL', {}, read.problem));
    const { paymentId } = read.request;
    const plan = planOf(director.next('capture', paymentId));
    const natural = await captures.capture(read.request, plan);
    const answer = plan.wrongAmount ? naming(natural, () => misstatedAmount(book, paymentId)) : natural;
    return { answer, altered: plan.altered, delivery: plan.delivery };
  };
}

function inquiryHandler({ inquiry, director, timers }: WalletParts): Handler {
  return async (clientId, body) => {
    const read = readInquiry(clientId, body);
    if ('problem' in read) return plainly(answerOf('PARAM_ILLEGAL', {}, read.problem));
    const paymentId = inquiry.find(read.request)?.authorisation.paymentId;
    if (paymentId === undefined) return plainly(inquiry.answer(null));
    const plan = planOf(director.next('inquiry', paymentId));
    await timers.wait(plan.delayMs);
    const answer = worded(plan.wording, inquiry.answer(inquiry.find(read.request), plan.staleMs));
    await timers.wait(plan.holdMs);
    return { answer, altered: plan.altered, delivery: plan.delivery };
  };
}

function noSuchApi(): Promise<Outcome> {
  return Promise.resolve(plainly(answerOf('INVALID_API')));
}

function plainly(answer: Answer): Outcome {
  return { answer, delivery: { is: 'whole' } };
}
