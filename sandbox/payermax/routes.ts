import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { labelOf } from '../calls.js';
import { unlessInterrupted } from '../delivery.js';
import { bytesOf, leaveBodiesAlone } from '../incoming.js';
import type { Delivery } from '../plan.js';
import { planOf } from '../plan.js';
import type { Common } from '../simulator.js';
import { misstatedAmount } from '../wrong-amount.js';
import type { Answer } from './answer.js';
import { bodyOf, naming, refusal, scriptedOrder } from './answer.js';
import type { PayermaxCaptures } from './captures.js';
import type { Gate } from './gate.js';
import type { Mailroom } from './mailroom.js';
import type { Orders } from './orders.js';
import type { Admitted, Refusal } from './requests.js';
import { readCapture, readOrderQuery } from './requests.js';

export const GATEWAY_PATH = '/aggregate-pay/api/gateway';

export interface PayermaxParts extends Common {
  readonly gate: Gate;
  readonly mailroom: Mailroom;
  readonly captures: PayermaxCaptures;
  readonly orders: Orders;
}

/** What a call comes to: an answer, and how it is delivered. */
interface Outcome {
  readonly answer: Answer;
  readonly altered?: Readonly<Record<string, unknown>>;
  readonly delivery: Delivery;
}

type Handler = (admitted: Admitted) => Promise<Outcome>;

/** PayerMax over HTTP: all answers of its own come with status 200. */
export function payermaxRoutes(app: FastifyInstance, parts: PayermaxParts): void {
  const handlers = {
    capture: captureHandler(parts),
    orderQuery: orderQueryHandler(parts),
  };
  leaveBodiesAlone(app);
  for (const [endpoint, handler] of Object.entries(handlers)) {
    app.all(`${GATEWAY_PATH}/${endpoint}`, async (request, reply) => {
      await unlessInterrupted(reply, () => respond({ endpoint, request, reply, handler }, parts));
      return reply;
    });
  }
  // A Content-Type that can't even be parsed never reaches a handler; the gate refuses it all the same.
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error;
    await respond({ endpoint: 'other', request, reply, handler: neverReached }, parts);
    return reply;
  });
}

async function respond(
  call: { endpoint: string; request: FastifyRequest; reply: FastifyReply; handler: Handler },
  { gate, mailroom, calls }: PayermaxParts,
): Promise<void> {
  const { endpoint, request, reply, handler } = call;
  const { method, headers } = request;
  const { sign, 'content-type': contentType = '' } = headers;
  const admitted = await gate.admit({
    method,
    contentType,
    sign: typeof sign === 'string' ? sign : '',
    body: bytesOf(request),
  });
  const { answer, altered, delivery } = 'refused' in admitted ? refuse(admitted) : await handler(admitted);
  calls.count(endpoint, labelOf(nameOf(answer), delivery));
  const isRefusal = answer.code !== 'APPLY_SUCCESS';
  await mailroom.deliver(reply, { body: bodyOf(answer, altered), isRefusal }, delivery);
}

function captureHandler({ captures, orders, director, book }: PayermaxParts): Handler {
  return async (admitted) => {
    const read = readCapture(admitted, orders);
    if ('refused' in read) return refuse(read);
    const { paymentId } = read.request;
    const plan = planOf(director.next('capture', paymentId));
    const natural = await captures.capture(read.request, plan);
    const answer = plan.wrongAmount ? naming(natural, () => misstatedAmount(book, paymentId)) : natural;
    return { answer, altered: plan.altered, delivery: plan.delivery };
  };
}

function orderQueryHandler({ orders, director, timers }: PayermaxParts): Handler {
  return async (admitted) => {
    const read = readOrderQuery(admitted, orders);
    if ('refused' in read) return refuse(read);
    const plan = planOf(director.next('inquiry', read.paymentId));
    await timers.wait(plan.delayMs);
    const answer = scriptedOrder(plan.wording, orders.answer(read.paymentId));
    await timers.wait(plan.holdMs);
    return { answer, altered: plan.altered, delivery: plan.delivery };
  };
}

/** The gate refuses what has no readable Content-Type. */
function neverReached(): Promise<Outcome> {
  return Promise.resolve(refuse({ refused: 'PARAMS_INVALID', why: 'See Content-Type.' }));
}

function refuse({ refused, why }: Refusal): Outcome {
  return { answer: refusal(refused, why), delivery: { is: 'whole' } };
}

/** How an answer is counted: its code, or what became of what was accepted. */
function nameOf({ code, data }: Answer): string {
  const status = data?.['status'];
  return typeof status === 'string' ? `${code} ${status}` : code;
}
