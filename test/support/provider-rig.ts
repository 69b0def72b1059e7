import type { Sandbox } from '../../sandbox/sandbox.js';
import type { Scenario } from '../../sandbox/scenario.js';
import type { Capture, ProviderName } from '../../src/capture/capture.js';
import type { Evidence, EvidenceKind } from '../../src/capture/evidence.js';
import type { OrderFulfilled, ProviderRules } from '../../src/capture/order.js';
import { planCapture } from '../../src/capture/order.js';
import { isRejection } from '../../src/capture/rejection.js';
import type { FailureCategory, PendingReason } from '../../src/capture/outcome.js';
import { verdictOf } from '../../src/capture/verdict.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Answer, CaptureCall, InquiryCall, ProviderClient } from '../../src/ports/provider.js';
import type { ConnectionConfig } from '../../src/providers/connection.js';
import type { PaymentInput } from './sandbox-admin.js';
import { POLICY } from './captures.js';
import { SandboxAdmin, USUAL_AMOUNTS } from './sandbox-admin.js';

export const clock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: () => Promise.reject(new Error('a client never sleeps')),
};
export const MINUTE = 60_000;

/** A clock that is wrong by so many ms. */
export function clockOffBy(ms: number): Clock {
  return { ...clock, now: () => new Date(Date.now() + ms) };
}

/** The connection of an account to a sandbox. */
export function connectionTo({ url }: Pick<Sandbox, 'url'>): ConnectionConfig {
  return { baseUrl: url, timeoutMs: 10_000, maxInFlight: 8 };
}

/** What makes a rig that of one provider. */
export interface RigParts<Config> {
  readonly provider: ProviderName;
  readonly account: Config;
  readonly rules: ProviderRules;
  readonly connect: (config: Config, parts: { readonly clock: Clock }) => ProviderClient;
  /** The references that an order of this payment carries. */
  readonly referencesOf?: (paymentId: string) => ReadonlyMap<string, string>;
}

/** What an order says otherwise than what was authorised. */
export type OrderChange = Partial<
  Pick<
    OrderFulfilled,
    'orderId' | 'authorisedAmount' | 'captureAmount' | 'currency' | 'references' | 'description'
  >
>;

/** What became of a capture that was sent once. */
export interface Sent {
  readonly capture: Capture;
  readonly answer: Answer;
  readonly outcome: Outcome;
}

/** A sandbox and a client of one of its providers, as one account. Captures are planned from orders by the provider's own rules. */
export class ProviderRig<Config> {
  readonly sandbox: Sandbox;
  readonly admin: SandboxAdmin;
  readonly client: ProviderClient;
  readonly #parts: RigParts<Config>;
  readonly #clients: ProviderClient[] = [];

  constructor(sandbox: Sandbox, parts: RigParts<Config>) {
    this.sandbox = sandbox;
    this.admin = new SandboxAdmin(sandbox, parts.provider);
    this.#parts = parts;
    this.client = this.clientWith({});
  }

  /** A client of an account that is configured otherwise, or whose machine has another clock. */
  clientWith(changed: Partial<Config>, at: Clock = clock): ProviderClient {
    const client = this.#parts.connect({ ...this.#parts.account, ...changed }, { clock: at });
    this.#clients.push(client);
    return client;
  }

  /** The sandbox first: its end breaks a call that should have ended and hasn't, which a client would wait for. */
  async close(): Promise<void> {
    await this.sandbox.close();
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  /** Authorises a payment and plans the capture that an order of it asks for: all of it, unless the order says otherwise. */
  async planned(payment: PaymentInput = {}, change: OrderChange = {}): Promise<Capture> {
    const paymentId = await this.admin.authorise(payment);
    const usual = USUAL_AMOUNTS[this.#parts.provider];
    const authorisedAmount = BigInt(payment.amount ?? usual.amount);
    return this.plan(paymentId, {
      authorisedAmount,
      currency: payment.currency ?? usual.currency,
      ...change,
    });
  }

  /** Plans the capture of a payment, authorised or not, as it stands when its first attempt has begun. */
  plan(paymentId: string, change: OrderChange = {}): Capture {
    const { provider, rules, referencesOf = () => new Map<string, string>() } = this.#parts;
    const usual = USUAL_AMOUNTS[provider];
    const order: OrderFulfilled = {
      eventId: `event-${paymentId}`,
      orderId: `order-${paymentId}`,
      paymentId,
      provider,
      account: 'shop',
      authorisedAmount: BigInt(usual.amount),
      captureAmount: null,
      currency: usual.currency,
      captureCurrency: null,
      authorisedAt: clock.now(),
      fulfilledAt: clock.now(),
      references: referencesOf(paymentId),
      description: null,
      ...change,
    };
    const terms = {
      account: 'shop',
      merchantId: 'merchant-1',
      authorisationWindowMs: 60 * MINUTE,
      rules,
    };
    const planned = planCapture(order, { find: () => terms, traceparent: null, now: clock.now() });
    if (isRejection(planned)) throw new Error(`${planned.field} ${planned.problem}`);
    return { ...planned, attempts: 1, status: { state: 'sending', attempt: 1 } };
  }

  /** Captures a payment under a script, in one call. */
  async sendUnder(scenario: Scenario, client = this.client): Promise<Sent> {
    return sendBy(client, await this.planned({ scenario }));
  }

  /** Sends a capture once, by the rig's own client. */
  send(capture: Capture): Promise<Sent> {
    return sendBy(this.client, capture);
  }

  /** Asks what became of a capture whose only attempt brought nothing. */
  async ask(capture: Capture): Promise<Sent> {
    const answer = await this.client.inquire(inquiryOf(capture));
    return { capture, answer, outcome: outcomeOfInquiry(capture, answer) };
  }

  /** What the provider's book says has moved of a payment, in minor units. */
  async moved({ paymentId }: Pick<Capture, 'paymentId'>): Promise<bigint> {
    return BigInt((await this.admin.entry(paymentId)).capturedAmount);
  }
}

/** A rig of any provider. */
export type Rig = Pick<
  ProviderRig<unknown>,
  'client' | 'admin' | 'planned' | 'plan' | 'send' | 'sendUnder' | 'ask' | 'moved' | 'close'
>;

/** Sends a capture once. */
export async function sendBy(client: ProviderClient, capture: Capture): Promise<Sent> {
  const answer = await client.capture(callOf(capture));
  return { capture, answer, outcome: outcomeOf(capture, answer) };
}

export function callOf({ requestId, captureReference, body, money }: Capture): CaptureCall {
  return { requestId, captureReference, body, money, mayWrite: () => true };
}

export function inquiryOf(capture: Capture): InquiryCall {
  const { paymentId, captureReference, requestId, money, authorisedAmount } = capture;
  return { paymentId, captureReference, requestId, money, authorisedAmount };
}

/** What becomes of a capture. */
export type Outcome =
  | 'succeeded'
  | `failed/${FailureCategory}`
  | `pending/${Exclude<PendingReason, 'not_sent'>}`
  | 'under_way'
  | 'unsent';

/** What becomes of a capture whose attempts got these answers, in their order, and that has no other. */
export function outcomeOf(capture: Capture, ...answers: readonly Answer[]): Outcome {
  const evidence = answers.map((answer, index) => evidenceOf(answer, 'capture_response', index + 1));
  return wordOf({ ...capture, attempts: answers.length }, evidence);
}

/** What becomes of a capture whose only attempt brought nothing, once this inquiry is folded in. */
export function outcomeOfInquiry(capture: Capture, answer: Answer): Outcome {
  const nothing: Answer = {
    finding: { is: 'unknown' },
    heard: 'nothing',
    at: new Date(0),
    providerCode: null,
    providerMessage: null,
    raw: null,
    httpStatus: null,
    retryAfterMs: null,
  };
  return wordOf(capture, [evidenceOf(nothing, 'capture_response', 1), evidenceOf(answer, 'inquiry', null)]);
}

function evidenceOf(answer: Answer, kind: EvidenceKind, attempt: number | null): Evidence {
  return { ...answer, evidenceId: `${kind} ${attempt ?? ''}`, kind, attempt };
}

function wordOf(capture: Capture, evidence: readonly Evidence[]): Outcome {
  const verdict = verdictOf(capture, evidence, POLICY.quietPeriodMs);
  switch (verdict.says) {
    case 'failed': {
      const { finding } = verdict.by;
      if (finding.is !== 'declined') throw new Error(`failed by evidence that is ${finding.is}`);
      return `failed/${finding.category}`;
    }
    case 'pending':
      return `pending/${verdict.reason}`;
    case 'succeeded':
    case 'under_way':
    case 'unsent':
      return verdict.says;
    case 'withdrawn':
      throw new Error('nobody withdrew it');
  }
}
