import type { FastifyInstance } from 'fastify';
import type { Authorisation, Entry, Undone } from '../book.js';
import type { Change } from '../captures.js';
import { Captures } from '../captures.js';
import type { Scenario } from '../scenario.js';
import type { Scripts } from '../script.js';
import type { Common, Shared, Simulator, Words } from '../simulator.js';
import { commonOf, undoLater } from '../simulator.js';
import { DAY } from '../time-spans.js';
import { wordsOf } from '../words.js';
import type { Answer } from './answer.js';
import type { WalletCaptures } from './captures.js';
import { WalletRules } from './captures.js';
import { codeEntry, USUAL_DECLINES } from './codes.js';
import type { WalletCredentials } from './credentials.js';
import { Gate } from './gate.js';
import { WalletInquiry } from './inquiry.js';
import { WALLET_POST, WalletLetters } from './letters.js';
import { Mailroom } from './mailroom.js';
import type { CaptureRequest } from './requests.js';
import { walletRoutes } from './routes.js';

/** The simulated wallet, put together. */
export class Wallet implements Simulator {
  readonly name = 'wallet';
  readonly common: Common;
  readonly authorisationLifeMs = 7 * DAY;
  readonly usualDeclines = USUAL_DECLINES;
  readonly #rules = new WalletRules((request, change) => {
    this.#changed(request, change);
  });
  readonly #captures: WalletCaptures;
  readonly #inquiry: WalletInquiry;
  readonly #gate: Gate;
  readonly #mailroom: Mailroom;
  readonly #letters: WalletLetters;
  readonly #clientIds: ReadonlySet<string>;

  constructor(credentials: WalletCredentials, shared: Shared) {
    const knows = (code: string): boolean => codeEntry(code) !== null;
    this.common = commonOf(shared, {
      ...{ usual: USUAL_DECLINES, knows },
      ...{ provider: this.name, postalRules: WALLET_POST },
    });
    const { book, now } = this.common;
    this.#captures = new Captures(this.#rules, this.common);
    this.#inquiry = new WalletInquiry({ book, captures: this.#captures, now });
    this.#gate = new Gate({ ...credentials, now });
    this.#mailroom = new Mailroom({ ...credentials, keyVersion: '1', now });
    this.#letters = new WalletLetters({ ...credentials, now });
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

  /** No page of the wallet has a notification of that. */
  undo(paymentId: string, is: Undone): boolean {
    return this.common.book.undo(paymentId, { is, at: this.common.now() });
  }

  wordsOf(entry: Entry): Words {
    return wordsOf(
      entry,
      { ...this.common, captures: this.#captures },
      { inquiry: (_entry, truth) => truth, repeat: (request) => this.#rules.repeat(request) },
    );
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

  /** Notifies of ends alone: the wallet doesn't say that a capture is in process. */
  #changed(request: CaptureRequest, change: Change<Answer>): void {
    const { book, courier } = this.common;
    const authorisation = book.find(request.paymentId)?.authorisation;
    if (authorisation === undefined || change.is === 'in_process') return;
    courier.tellEnd(authorisation, change.is, (says) =>
      this.#letters.about(authorisation, request, change, says),
    );
    if (change.is === 'captured') undoLater(this, request.paymentId);
  }
}
