import type { FastifyInstance } from 'fastify';
import type { Authorisation } from '../book.js';
import { Captures } from '../captures.js';
import type { Scenario } from '../scenario.js';
import type { Scripts } from '../script.js';
import type { Common, Shared, Simulator } from '../simulator.js';
import { commonOf } from '../simulator.js';
import { DAY } from '../time-spans.js';
import type { WalletCaptures } from './captures.js';
import { WalletRules } from './captures.js';
import { codeEntry, USUAL_DECLINES } from './codes.js';
import type { WalletCredentials } from './credentials.js';
import { Gate } from './gate.js';
import { WalletInquiry } from './inquiry.js';
import { Mailroom } from './mailroom.js';
import { walletRoutes } from './routes.js';

/** The simulated wallet, put together. */
export class Wallet implements Simulator {
  readonly name = 'wallet';
  readonly common: Common;
  readonly authorisationLifeMs = 7 * DAY;
  readonly usualDeclines = USUAL_DECLINES;
  readonly #rules = new WalletRules();
  readonly #captures: WalletCaptures;
  readonly #inquiry: WalletInquiry;
  readonly #gate: Gate;
  readonly #mailroom: Mailroom;
  readonly #clientIds: ReadonlySet<string>;

  constructor(credentials: WalletCredentials, shared: Shared) {
    const knows = (code: string): boolean => codeEntry(code) !== null;
    this.common = commonOf(shared, { usual: USUAL_DECLINES, knows });
    const { book, now } = this.common;
    this.#captures = new Captures(this.#rules, this.common);
    this.#inquiry = new WalletInquiry({ book, captures: this.#captures, now });
    this.#gate = new Gate({ ...credentials, now });
    this.#mailroom = new Mailroom({ ...credentials, keyVersion: '1', now });
    this.#clientIds = new Set(credentials.clients.map(({ clientId }) => clientId));
  }

  knowsMerchant(clientId: string): boolean {
    return this.#clientIds.has(clientId);
  }

  problemOf(scenario: Scenario): string | null {
    if (scenario.kind !== 'answer' || scenario.resultStatus !== undefined) return null;
    if (codeEntry(scenario.resultCode) !== null) return null;
    return `the wallet has no code ${scenario.resultCode}: give its resultStatus, or correct it`;
  }

  authorise(authorisation: Authorisation, scripts: Scripts): void {
    const { paymentId, reference } = authorisation;
    this.common.book.authorise(authorisation);
    this.common.director.assign(paymentId, scripts);
    if (reference !== null) this.#inquiry.index(reference, paymentId);
  }

  routes(app: FastifyInstance): void {
    walletRoutes(app, {
      ...this.common,
      gate: this.#gate,
      mailroom: this.#mailroom,
      captures: this.#captures,
      inquiry: this.#inquiry,
    });
  }

  reset(): void {
    this.#rules.reset();
    this.#captures.reset();
    this.#inquiry.reset();
  }
}
