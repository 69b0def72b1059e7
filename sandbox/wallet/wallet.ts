import type { KeyObject } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Authorisation, Book } from '../book.js';
import type { CallCounts } from '../calls.js';
import type { Director, Scripts } from '../script.js';
import type { Timers } from '../timers.js';
import { WalletCaptures } from './captures.js';
import { Gate } from './gate.js';
import type { GateClient } from './gate.js';
import { WalletInquiry } from './inquiry.js';
import { Mailroom } from './mailroom.js';
import { walletRoutes } from './routes.js';
import type { SignatureEncoding } from './signature.js';

export interface WalletOptions {
  readonly clients: readonly GateClient[];
  readonly privateKey: KeyObject;
  readonly clockSkewMs: number;
  readonly encoding: SignatureEncoding;
}

/** What the simulators of all providers share. */
export interface Common {
  readonly book: Book;
  readonly director: Director;
  readonly calls: CallCounts;
  readonly timers: Timers;
  readonly now: () => Date;
}

/** The simulated wallet, put together. */
export class Wallet {
  readonly #common: Common;
  readonly #captures: WalletCaptures;
  readonly #inquiry: WalletInquiry;
  readonly #gate: Gate;
  readonly #mailroom: Mailroom;
  readonly #clientIds: ReadonlySet<string>;

  constructor(options: WalletOptions, common: Common) {
    const { now, book } = common;
    this.#common = common;
    this.#captures = new WalletCaptures(common);
    this.#inquiry = new WalletInquiry({ book, captures: this.#captures, now });
    this.#gate = new Gate({ ...options, now });
    this.#mailroom = new Mailroom({ ...options, keyVersion: '1', now });
    this.#clientIds = new Set(options.clients.map(({ clientId }) => clientId));
  }

  knowsClient(clientId: string): boolean {
    return this.#clientIds.has(clientId);
  }

  /** Enters a payment, and what its calls will meet. Throws `RangeError` where the book does. */
  authorise(authorisation: Authorisation, scripts: Scripts): void {
    const { paymentId, paymentRequestId } = authorisation;
    this.#common.book.authorise(authorisation);
    this.#common.director.assign(paymentId, scripts);
    if (paymentRequestId !== null) this.#inquiry.index(paymentRequestId, paymentId);
  }

  routes(app: FastifyInstance): void {
    walletRoutes(app, {
      ...this.#common,
      gate: this.#gate,
      mailroom: this.#mailroom,
      captures: this.#captures,
      inquiry: this.#inquiry,
    });
  }

  reset(): void {
    this.#captures.reset();
    this.#inquiry.reset();
  }
}
