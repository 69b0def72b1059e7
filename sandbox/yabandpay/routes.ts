import type { FastifyInstance } from 'fastify';
import { labelOf } from '../calls.js';
import { deliver, jsonParcel, unlessInterrupted } from '../delivery.js';
import { bytesOf, leaveBodiesAlone } from '../incoming.js';
import type { Delivery } from '../plan.js';
import { planOf } from '../plan.js';
import type { Common } from '../simulator.js';
import { misstatedAmount } from '../wrong-amount.js';
import type { Answer } from './answer.js';
import { bodyOf, naming, refusal } from './answer.js';
import type { YabandPayCaptures } from './captures.js';
import type { Admitted, Gate } from './gate.js';
import type { YabandPayQuery } from './query.js';
import { readCapture, readQuery } from './requests.js';

export const PATH = '/Payments';

export interface YabandPayParts extends Common {
  readonly gate: Gate;
  readonly captures: YabandPayCaptures;
  readonly query: YabandPayQuery;
}

/** What a call comes to: an answer, and how it is delivered. */
interface Outcome {
  /** What the call is counted under. */
  readonly method: string;
  readonly answer: Answer;
  readonly altered?: Readonly<Record<string, unknown>>;
  readonly delivery: Delivery;
}

/** YabandPay over HTTP: one address for every method. All answers of its own come with status 200, and none is signed. */
export function yabandPayRoutes(app: FastifyInstance, parts: YabandPayParts): void {
  const { calls, now } = parts;
  leaveBodiesAlone(app);
  let answers = 0;
  app.post(PATH, async (request, reply) => {
    await unlessInterrupted(reply, async () => {
      const contentType = request.headers['content-type'] ?? '';
      const { method, answer, altered, delivery } = await handle(contentType, bytesOf(request), parts);
      calls.count(method, labelOf(answer.code, delivery));
      answers += 1;
      await deliver(reply, bodyOf(answer, responseIdOf(now(), answers), altered), delivery, jsonParcel);
    });
    return reply;
  });
}

async function handle(contentType: string, body: Uint8Array, parts: YabandPayParts): Promise<Outcome> {
  const admitted = parts.gate.admit(contentType, body);
  if ('refused' in admitted) return plainly('other', refusal(admitted.refused, admitted.why));
  switch (admitted.method) {
    case 'v3.Capture':
      return capture(admitted, parts);
    case 'v3.QueryOrder':
      return query(admitted, parts);
    default:
      return plainly('other', refusal('-3001', `There is no method ${admitted.method}.`));
  }
}

async function capture(
  { user, method, data }: Admitted,
  { captures, director, book }: YabandPayParts,
): Promise<Outcome> {
  const read = readCapture(user, data);
  if ('refused' in read) return plainly(method, refusal(read.refused, read.why));
  const { paymentId } = read.request;
  const plan = planOf(director.next('capture', paymentId));
  const natural = await captures.capture(read.request, plan);
  const answer = plan.wrongAmount ? naming(natural, () => misstatedAmount(book, paymentId)) : natural;
  return { method, answer, altered: plan.altered, delivery: plan.delivery };
}

async function query(
  { user, method, data }: Admitted,
  { query: trades, director, timers }: YabandPayParts,
): Promise<Outcome> {
  const read = readQuery(user, data);
  if ('refused' in read) return plainly(method, refusal(read.refused, read.why));
  const tradeId = trades.find(read.request)?.authorisation.paymentId;
  if (tradeId === undefined) return plainly(method, trades.answer(null));
  const plan = planOf(director.next('inquiry', tradeId));
  await timers.wait(plan.delayMs);
  const answer = trades.answer(trades.find(read.request), plan);
  await timers.wait(plan.holdMs);
  return { method, answer, altered: plan.altered, delivery: plan.delivery };
}

function plainly(method: string, answer: Answer): Outcome {
  return { method, answer, delivery: { is: 'whole' } };
}

/** Date and time in digits, and the number of the answer. */
function responseIdOf(at: Date, answer: number): string {
  return at.toISOString().replace(/\D/g, '').slice(0, 14) + String(answer).padStart(10, '0');
}
