import { randomUUID } from 'node:crypto';
import type { BookView, EntryView, SummaryView } from '../../sandbox/book-view.js';
import type { Script } from '../../sandbox/scenario.js';
import type { ProviderName } from '../../sandbox/simulator.js';

export interface PaymentInput {
  readonly paymentId?: string;
  readonly merchant?: string;
  readonly reference?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly authorisedAt?: string;
  readonly expiresAt?: string;
  readonly scenario?: Script;
  readonly inquiryScenario?: Script;
}

/** Calls by endpoint and answer. */
export interface Counted {
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What of the sandbox's keys names its merchants. */
interface Merchants {
  readonly wallet: { readonly clientId: string };
  readonly yabandpay?: { readonly user: string };
  readonly payermax?: { readonly merchantNo: string };
}

/** What payments have that are entered without an amount, in minor units. */
export const USUAL_AMOUNTS: Readonly<
  Record<ProviderName, { readonly amount: string; readonly currency: string }>
> = {
  wallet: { amount: '150000', currency: 'IQD' },
  yabandpay: { amount: '2499', currency: 'EUR' },
  payermax: { amount: '10000', currency: 'SAR' },
};

/** The sandbox's admin endpoints, over HTTP, as another process would use them, for the payments of one provider. */
export class SandboxAdmin {
  readonly #url: string;
  readonly #provider: ProviderName;
  readonly #merchant: string;

  constructor(
    sandbox: { readonly adminUrl: string; readonly keys: Merchants },
    provider: ProviderName = 'wallet',
  ) {
    this.#url = sandbox.adminUrl;
    this.#provider = provider;
    this.#merchant = merchantOf(sandbox.keys, provider);
  }

  /** Authorises a payment (of 150 IQD, 24.99 EUR or 100 SAR unless told otherwise), and gives its id. */
  async authorise(payment: PaymentInput = {}): Promise<string> {
    const paymentId = payment.paymentId ?? `pay_${randomUUID().replaceAll('-', '')}`;
    const provider = this.#provider;
    const whole = { provider, merchant: this.#merchant, ...USUAL_AMOUNTS[provider], ...payment, paymentId };
    const response = await this.post('/authorisations', [whole]);
    if (response.status !== 201) throw new Error(await response.text());
    return paymentId;
  }

  async book(): Promise<BookView & Counted> {
    return (await this.get(`/book/${this.#provider}`)) as BookView & Counted;
  }

  async summary(): Promise<SummaryView & Counted> {
    return (await this.get(`/summary/${this.#provider}`)) as SummaryView & Counted;
  }

  async entry(paymentId: string): Promise<EntryView> {
    return (await this.get(`/book/${this.#provider}/${encodeURIComponent(paymentId)}`)) as EntryView;
  }

  /** Does at once what scripts have put off, and gives how much that was. */
  async hurry(): Promise<number> {
    const { done } = (await (await this.post('/hurry')).json()) as { done: number };
    return done;
  }

  post(path: string, body?: unknown): Promise<Response> {
    const content =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return fetch(this.#url + path, { method: 'POST', ...content });
  }

  async get(path: string): Promise<unknown> {
    const response = await fetch(this.#url + path);
    if (response.status !== 200) throw new Error(await response.text());
    return response.json();
  }
}

function merchantOf(keys: Merchants, provider: ProviderName): string {
  switch (provider) {
    case 'wallet':
      return keys.wallet.clientId;
    case 'yabandpay':
      return keys.yabandpay?.user ?? '';
    case 'payermax':
      return keys.payermax?.merchantNo ?? '';
  }
}
