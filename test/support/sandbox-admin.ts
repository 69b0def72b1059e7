import { randomUUID } from 'node:crypto';
import type { BookView, EntryView, SummaryView } from '../../sandbox/book-view.js';
import type { Script } from '../../sandbox/scenario.js';

export interface PaymentInput {
  readonly paymentId?: string;
  readonly clientId?: string;
  readonly paymentRequestId?: string;
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

/** The sandbox's admin endpoints, over HTTP, as another process would use them. */
export class SandboxAdmin {
  readonly #url: string;
  readonly #clientId: string;

  constructor(sandbox: { readonly adminUrl: string; readonly keys: { readonly clientId: string } }) {
    this.#url = sandbox.adminUrl;
    this.#clientId = sandbox.keys.clientId;
  }

  /** Authorises a payment of 150 IQD unless told otherwise, and gives its id. */
  async authorise(payment: PaymentInput = {}): Promise<string> {
    const paymentId = payment.paymentId ?? `pay-${randomUUID()}`;
    const whole = { clientId: this.#clientId, amount: '150000', currency: 'IQD', ...payment, paymentId };
    const response = await this.post('/authorisations', [whole]);
    if (response.status !== 201) throw new Error(await response.text());
    return paymentId;
  }

  async book(): Promise<BookView & Counted> {
    return (await this.#get('/book')) as BookView & Counted;
  }

  async summary(): Promise<SummaryView & Counted> {
    return (await this.#get('/summary')) as SummaryView & Counted;
  }

  async entry(paymentId: string): Promise<EntryView> {
    return (await this.#get(`/book/${encodeURIComponent(paymentId)}`)) as EntryView;
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

  async #get(path: string): Promise<unknown> {
    const response = await fetch(this.#url + path);
    if (response.status !== 200) throw new Error(await response.text());
    return response.json();
  }
}
