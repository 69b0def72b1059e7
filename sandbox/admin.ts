import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authorisation } from './book.js';
import { UNDONE } from './book.js';
import { bookView, entryView, summaryView } from './book-view.js';
import type { Addresses } from './callbacks/addresses.js';
import { addressesSchema, ownAddressSchema } from './callbacks/addresses.js';
import { callbackScenarioSchema } from './callbacks/callback-scenario.js';
import { scenariosIn, scriptSchema } from './scenario.js';
import type { Simulator, Simulators } from './simulator.js';
import { PROVIDER_NAMES, providerNamed } from './simulator.js';
import type { Timers } from './timers.js';

export interface AdminParts {
  readonly simulators: Simulators;
  readonly timers: Pick<Timers, 'hurry'>;
  /** How long an authorisation lives that is entered without an expiry, in ms; null leaves that to its provider. */
  readonly authorisationLifeMs: number | null;
  readonly now: () => Date;
  readonly addresses: Addresses;
  readonly reset: () => void;
}

/**
 * The sandbox's own endpoints, for those who set the scene and judge the result:
 *
 * - `POST /admin/authorisations` enters payments, all of a list or none;
 * - `GET /admin/book` is the books of all providers with the calls counted, `GET /admin/book/<provider>` one of them,
 *   `GET /admin/book/<provider>/<paymentId>` one entry;
 * - `GET /admin/summary` and `GET /admin/summary/<provider>` are the books without their lists: cheap, however big;
 * - `POST /admin/notify` says where notifications go;
 * - `POST /admin/undo` refunds or voids a captured payment;
 * - `POST /admin/hurry` does at once what has been put off: late executions, captures in process, delays, tries of notifications;
 * - `POST /admin/reset` forgets everything and breaks off the calls under way.
 */
export function adminRoutes(app: FastifyInstance, parts: AdminParts): void {
  const { simulators, timers, reset } = parts;
  const named = (name: string): Simulator | null => {
    const provider = providerNamed(name);
    return provider === null ? null : simulators[provider];
  };
  app.post('/admin/authorisations', { bodyLimit: 256 * 1024 * 1024 }, (request, reply) => {
    const parsed = z.array(authorisationSchema).min(1).safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    const entered = entriesOf(parsed.data, simulators);
    if ('error' in entered) return reply.code(entered.status).send({ error: entered.error });
    for (const { input, simulator } of entered.entries) {
      simulator.authorise(authorisationOf(input, simulator, parts), {
        capture: input.scenario ?? null,
        inquiry: input.inquiryScenario ?? null,
      });
      simulator.common.courier.assign(input.paymentId, {
        address: input.notify ?? {},
        scenario: input.callbackScenario ?? null,
      });
    }
    return reply.code(201).send({ added: parsed.data.length });
  });

  const views = {
    book: (simulator: Simulator) => ({ ...bookView(simulator), calls: simulator.common.calls }),
    summary: (simulator: Simulator) => ({ ...summaryView(simulator), calls: simulator.common.calls }),
  };
  for (const [what, view] of Object.entries(views)) {
    app.get(`/admin/${what}`, () =>
      Object.fromEntries(PROVIDER_NAMES.map((name) => [name, view(simulators[name])])),
    );
    app.get<{ Params: { provider: string } }>(`/admin/${what}/:provider`, ({ params }, reply) => {
      const simulator = named(params.provider);
      return simulator === null
        ? reply.code(404).send({ error: noProvider(params.provider) })
        : view(simulator);
    });
  }
  app.get<{ Params: { provider: string; paymentId: string } }>(
    '/admin/book/:provider/:paymentId',
    ({ params: { provider, paymentId } }, reply) => {
      const simulator = named(provider);
      if (simulator === null) return reply.code(404).send({ error: noProvider(provider) });
      const entry = simulator.common.book.find(paymentId);
      if (entry !== null) return entryView(entry, simulator);
      return reply.code(404).send({ error: `payment ${paymentId} was never authorised` });
    },
  );
  app.post('/admin/notify', (request, reply) => {
    const parsed = addressesSchema.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    const stranger = parsed.data.accounts?.find(
      (one) => !simulators[one.provider].knowsMerchant(one.merchant),
    );
    if (stranger !== undefined) {
      const { provider, merchant } = stranger;
      return reply.code(400).send({ error: `${provider} has no merchant ${merchant}` });
    }
    parts.addresses.set(parsed.data);
    return reply.code(204).send();
  });
  app.post('/admin/undo', (request, reply) => {
    const parsed = undoSchema.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    const { provider, paymentId, is } = parsed.data;
    if (simulators[provider].undo(paymentId, is)) return reply.code(204).send();
    return reply
      .code(409)
      .send({ error: `payment ${paymentId} holds no captured money that could be ${is}` });
  });
  app.post('/admin/hurry', () => ({ done: timers.hurry() }));
  app.post('/admin/reset', (_request, reply) => {
    reset();
    return reply.code(204).send();
  });
}

const id = z.string().min(1).max(64);
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const authorisationSchema = z.strictObject({
  provider: z.enum(PROVIDER_NAMES),
  paymentId: id,
  merchant: id,
  /** The merchant's own id of the payment. */
  reference: id.optional(),
  amount: z.string().regex(/^[1-9]\d{0,15}$/, 'must be a positive number of minor units, as a string'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
  authorisedAt: time.optional(),
  expiresAt: time.optional(),
  /** What captures of the payment meet; without it, the profile decides. */
  scenario: scriptSchema.optional(),
  /** What inquiries about the payment meet; without it, the profile decides. */
  inquiryScenario: scriptSchema.optional(),
  /** What happens to the notification of its end; without it, the profile decides. */
  callbackScenario: callbackScenarioSchema.optional(),
  /** Where its notifications go, if not to the account of its merchant. */
  notify: ownAddressSchema.optional(),
});
const undoSchema = z.strictObject({ provider: z.enum(PROVIDER_NAMES), paymentId: id, is: z.enum(UNDONE) });

type AuthorisationInput = z.infer<typeof authorisationSchema>;

function authorisationOf(
  input: AuthorisationInput,
  simulator: Simulator,
  { authorisationLifeMs, now }: Pick<AdminParts, 'authorisationLifeMs' | 'now'>,
): Authorisation {
  const authorisedAt = input.authorisedAt ?? now();
  const lifeMs = authorisationLifeMs ?? simulator.authorisationLifeMs;
  return {
    paymentId: input.paymentId,
    merchant: input.merchant,
    reference: input.reference ?? null,
    amount: BigInt(input.amount),
    currency: input.currency,
    authorisedAt,
    expiresAt: input.expiresAt ?? new Date(authorisedAt.getTime() + lifeMs),
  };
}

interface Entered {
  readonly input: AuthorisationInput;
  readonly simulator: Simulator;
}

interface Problem {
  readonly status: 400 | 409;
  readonly error: string;
}

/** Each authorisation with its provider, or the first problem: then none is entered. */
function entriesOf(
  inputs: readonly AuthorisationInput[],
  simulators: Simulators,
): { readonly entries: readonly Entered[] } | Problem {
  const seen = new Set<string>();
  const names = new Set<string>();
  const entries: Entered[] = [];
  for (const input of inputs) {
    const { provider, paymentId } = input;
    const simulator = simulators[provider];
    const problem = problemOf(input, simulator);
    if (problem !== null) return { status: 400, error: `payment ${paymentId}: ${problem}` };
    const key = `${provider} ${paymentId}`;
    if (seen.has(key) || simulator.common.book.find(paymentId) !== null) {
      return { status: 409, error: `payment ${paymentId} is authorised already` };
    }
    seen.add(key);
    const order = simulator.nameOf?.({ ...input, reference: input.reference ?? null }) ?? { name: key };
    if ('problem' in order) return { status: 400, error: `payment ${paymentId}: ${order.problem}` };
    if (names.has(`${provider} ${order.name}`)) {
      return { status: 409, error: `payment ${paymentId}: another of the list has the name ${order.name}` };
    }
    names.add(`${provider} ${order.name}`);
    entries.push({ input, simulator });
  }
  return { entries };
}

/** Why a provider can't take an authorisation, or play its scripts. */
function problemOf(input: AuthorisationInput, simulator: Simulator): string | null {
  const { merchant, provider, scenario, inquiryScenario, callbackScenario } = input;
  if (!simulator.knowsMerchant(merchant)) return `${provider} has no merchant ${merchant}`;
  for (const script of [scenario, inquiryScenario]) {
    if (script === undefined) continue;
    for (const one of scenariosIn(script)) {
      const problem = simulator.problemOf(one);
      if (problem !== null) return problem;
    }
  }
  return callbackScenario === undefined ? null : simulator.common.courier.problemOf(callbackScenario);
}

function noProvider(name: string): string {
  return `there is no provider ${name} here, only ${PROVIDER_NAMES.join(', ')}`;
}
