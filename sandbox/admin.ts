import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authorisation, Book } from './book.js';
import { bookView, entryView, summaryView } from './book-view.js';
import type { CallCounts } from './calls.js';
import type { Script } from './scenario.js';
import { scenariosIn, scriptSchema } from './scenario.js';
import type { Timers } from './timers.js';
import { codeEntry } from './wallet/codes.js';
import type { Wallet } from './wallet/wallet.js';

export interface AdminParts {
  readonly book: Book;
  readonly calls: CallCounts;
  readonly wallet: Wallet;
  readonly timers: Pick<Timers, 'hurry'>;
  /** How long an authorisation lives that is entered without an expiry, in ms. */
  readonly authorisationLifeMs: number;
  readonly now: () => Date;
  readonly reset: () => void;
}

/**
 * The sandbox's own endpoints, for those who set the scene and judge the result:
 *
 * - `POST /admin/authorisations` enters payments, all of a list or none;
 * - `GET /admin/book` is the whole book with the calls counted, `GET /admin/book/<paymentId>` one entry of it;
 * - `GET /admin/summary` is the book without its lists: cheap, however big the book;
 * - `POST /admin/hurry` does at once what scripts have put off: late executions, captures in process, delays;
 * - `POST /admin/reset` forgets everything and breaks off the calls under way.
 */
export function adminRoutes(app: FastifyInstance, parts: AdminParts): void {
  const { book, calls, wallet, timers, reset } = parts;
  app.post('/admin/authorisations', { bodyLimit: 256 * 1024 * 1024 }, (request, reply) => {
    const parsed = z.array(authorisationSchema).min(1).safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    const problem = problemOf(parsed.data, book, wallet);
    if (problem !== null) return reply.code(problem.status).send({ error: problem.error });
    for (const input of parsed.data) {
      wallet.authorise(authorisationOf(input, parts), {
        capture: input.scenario ?? null,
        inquiry: input.inquiryScenario ?? null,
      });
    }
    return reply.code(201).send({ added: parsed.data.length });
  });
  app.get('/admin/book', () => ({ ...bookView(book), calls }));
  app.get('/admin/summary', () => ({ ...summaryView(book), calls }));
  app.get<{ Params: { paymentId: string } }>('/admin/book/:paymentId', (request, reply) => {
    const entry = book.find(request.params.paymentId);
    if (entry !== null) return entryView(entry);
    return reply.code(404).send({ error: `payment ${request.params.paymentId} was never authorised` });
  });
  app.post('/admin/hurry', () => ({ done: timers.hurry() }));
  app.post('/admin/reset', (_request, reply) => {
    reset();
    return reply.code(204).send();
  });
}

const id = z.string().min(1).max(64);
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const script = scriptSchema.superRefine((value: Script, context) => {
  for (const scenario of scenariosIn(value)) {
    if (scenario.kind !== 'answer' || scenario.resultStatus !== undefined) continue;
    if (codeEntry(scenario.resultCode) !== null) continue;
    const message = `the wallet has no code ${scenario.resultCode}: give its resultStatus, or correct it`;
    context.addIssue({ code: 'custom', message });
  }
});

const authorisationSchema = z.strictObject({
  paymentId: id,
  clientId: id,
  paymentRequestId: id.optional(),
  amount: z.string().regex(/^[1-9]\d{0,15}$/, 'must be a positive number of minor units, as a string'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
  authorisedAt: time.optional(),
  expiresAt: time.optional(),
  /** What captures of the payment meet; without it, the profile decides. */
  scenario: script.optional(),
  /** What inquiries about the payment meet; without it, the profile decides. */
  inquiryScenario: script.optional(),
});
type AuthorisationInput = z.infer<typeof authorisationSchema>;

function authorisationOf(
  input: AuthorisationInput,
  { authorisationLifeMs, now }: Pick<AdminParts, 'authorisationLifeMs' | 'now'>,
): Authorisation {
  const authorisedAt = input.authorisedAt ?? now();
  return {
    paymentId: input.paymentId,
    clientId: input.clientId,
    paymentRequestId: input.paymentRequestId ?? null,
    amount: BigInt(input.amount),
    currency: input.currency,
    authorisedAt,
    expiresAt: input.expiresAt ?? new Date(authorisedAt.getTime() + authorisationLifeMs),
  };
}

interface Problem {
  readonly status: 400 | 409;
  readonly error: string;
}

function problemOf(inputs: readonly AuthorisationInput[], book: Book, wallet: Wallet): Problem | null {
  const seen = new Set<string>();
  for (const { paymentId, clientId } of inputs) {
    if (!wallet.knowsClient(clientId)) {
      return { status: 400, error: `payment ${paymentId}: the wallet has no client ${clientId}` };
    }
    if (seen.has(paymentId) || book.find(paymentId) !== null) {
      return { status: 409, error: `payment ${paymentId} is authorised already` };
    }
    seen.add(paymentId);
  }
  return null;
}
