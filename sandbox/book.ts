/**
 * The book: which payments were authorised, and what money moved. Every test is judged by it, so it is plain: one list of movements an
 * authorisation, and one function that adds to it. It knows no provider, no scenario and no network.
 *
 * 1. A request id moves the money of an authorisation at most once, in every mode.
 * 2. The first request id to ask moves it.
 * 3. Another request id that asks after that is a double capture. It is counted (once an id), and moves nothing; in permissive mode it
 *    is counted and moves the money again, as a provider without a fence of its own would.
 * 4. Where one of the two is a scripted late execution, the sandbox itself staged the collision: it is listed apart and moves nothing.
 *
 * All amounts are minor units.
 */
export interface Authorisation {
  readonly paymentId: string;
  /** Whose payment it is: the provider's id of the merchant. */
  readonly merchant: string;
  /** The merchant's own id of the payment, if there is one. */
  readonly reference: string | null;
  readonly amount: bigint;
  readonly currency: string;
  readonly authorisedAt: Date;
  readonly expiresAt: Date;
}

export interface CaptureOrder {
  readonly paymentId: string;
  readonly requestId: string;
  /** The provider's id of the capture, should it move the money. */
  readonly captureId: string;
  readonly amount: bigint;
  readonly at: Date;
  /** Whether a script executes this request after its sender was left without an answer. */
  readonly late: boolean;
}

/** Money that moved. */
export type Movement = Omit<CaptureOrder, 'paymentId'>;

/** A capture that came when another request id had already moved the money. */
export interface Collision {
  readonly paymentId: string;
  readonly requestId: string;
  /** The request id that had moved the money before. */
  readonly firstRequestId: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly at: Date;
  /** Whether the money moved again. */
  readonly moved: boolean;
}

/** What became of captured money afterwards. It was captured all the same. */
export interface Undoing {
  readonly is: Undone;
  readonly at: Date;
}
export const UNDONE = ['refunded', 'voided'] as const;
export type Undone = (typeof UNDONE)[number];

export interface Entry {
  readonly authorisation: Authorisation;
  readonly movements: readonly Movement[];
  /** Every request id that asked for this payment in a well-formed, signed request, whatever became of it. */
  readonly requestIds: ReadonlySet<string>;
  readonly undoing: Undoing | null;
  /** Whether an answer named another amount than was captured. */
  readonly misstated: boolean;
}

export interface CurrencyTotals {
  authorised: bigint;
  captured: bigint;
}

export interface Totals {
  readonly authorisations: number;
  /** Movements of money: in strict mode, captured authorisations. */
  readonly captures: number;
  readonly byCurrency: ReadonlyMap<string, Readonly<CurrencyTotals>>;
}

interface OpenEntry {
  readonly authorisation: Authorisation;
  readonly movements: Movement[];
  readonly requestIds: Set<string>;
  undoing: Undoing | null;
  misstated: boolean;
  /** Request ids counted as double captures, and those listed as late collisions. */
  readonly doubled: Set<string>;
  readonly lateCollided: Set<string>;
}

export class Book {
  readonly permissive: boolean;
  #entries = new Map<string, OpenEntry>();
  #byCurrency = new Map<string, CurrencyTotals>();
  #captures = 0;
  #doubleCaptures: Collision[] = [];
  #lateCollisions: Collision[] = [];

  constructor(options: { readonly permissive: boolean }) {
    this.permissive = options.permissive;
  }

  /** Enters an authorisation. Throws `RangeError` for an amount that isn't positive or a payment that is entered already. */
  authorise(authorisation: Authorisation): void {
    const { paymentId, amount, currency } = authorisation;
    if (amount <= 0n) throw new RangeError(`payment ${paymentId}: the authorised amount must be positive`);
    if (this.#entries.has(paymentId)) throw new RangeError(`payment ${paymentId} is authorised already`);
    this.#entries.set(paymentId, {
      authorisation,
      movements: [],
      requestIds: new Set(),
      undoing: null,
      misstated: false,
      doubled: new Set(),
      lateCollided: new Set(),
    });
    this.#totalsOf(currency).authorised += amount;
  }

  /** Notes that a request id asked for a payment. Moves nothing. */
  asked(paymentId: string, requestId: string): void {
    this.#entries.get(paymentId)?.requestIds.add(requestId);
  }

  /**
   * Moves the money of an authorisation, or refuses because it has moved already (`null`). The caller has made all other checks.
   * Throws `RangeError` for a payment or an amount that no provider could have let through.
   */
  capture(order: CaptureOrder): Movement | null {
    const entry = this.#entries.get(order.paymentId);
    if (entry === undefined) throw new RangeError(`payment ${order.paymentId} was never authorised`);
    if (order.amount <= 0n || order.amount > entry.authorisation.amount) {
      throw new RangeError(`payment ${order.paymentId}: ${order.amount} is not within the authorised amount`);
    }
    const repeated = entry.movements.find(({ requestId }) => requestId === order.requestId);
    if (repeated !== undefined) return repeated;
    const first = entry.movements[0];
    if (first === undefined) return this.#move(entry, order);
    const staged = order.late || first.late;
    const moves = this.permissive && !staged;
    const counted = staged ? entry.lateCollided : entry.doubled;
    if (!counted.has(order.requestId)) {
      counted.add(order.requestId);
      const list = staged ? this.#lateCollisions : this.#doubleCaptures;
      list.push(collision(entry.authorisation, order, first, moves));
    }
    return moves ? this.#move(entry, order) : null;
  }

  /** Gives the whole of a capture back, once: false if nothing was captured, or it was given back before. */
  undo(paymentId: string, undoing: Undoing): boolean {
    const entry = this.#entries.get(paymentId);
    if (entry === undefined || entry.movements.length === 0 || entry.undoing !== null) return false;
    entry.undoing = undoing;
    return true;
  }

  /** Notes that an answer named another amount than was captured. */
  misstate(paymentId: string): void {
    const entry = this.#entries.get(paymentId);
    if (entry !== undefined) entry.misstated = true;
  }

  find(paymentId: string): Entry | null {
    return this.#entries.get(paymentId) ?? null;
  }

  /** All authorisations, in the order in which they were entered. */
  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  get doubleCaptures(): readonly Collision[] {
    return this.#doubleCaptures;
  }

  get lateCollisions(): readonly Collision[] {
    return this.#lateCollisions;
  }

  /** Running totals: reading them costs nothing, however big the book. */
  totals(): Totals {
    return {
      authorisations: this.#entries.size,
      captures: this.#captures,
      byCurrency: this.#byCurrency,
    };
  }

  reset(): void {
    this.#entries = new Map();
    this.#byCurrency = new Map();
    this.#captures = 0;
    this.#doubleCaptures = [];
    this.#lateCollisions = [];
  }

  #move(entry: OpenEntry, order: CaptureOrder): Movement {
    const { requestId, captureId, amount, at, late } = order;
    const movement = { requestId, captureId, amount, at, late };
    entry.movements.push(movement);
    this.#totalsOf(entry.authorisation.currency).captured += amount;
    this.#captures += 1;
    return movement;
  }

  #totalsOf(currency: string): CurrencyTotals {
    const totals = this.#byCurrency.get(currency) ?? { authorised: 0n, captured: 0n };
    this.#byCurrency.set(currency, totals);
    return totals;
  }
}

function collision(
  { currency }: Authorisation,
  order: CaptureOrder,
  first: Movement,
  moved: boolean,
): Collision {
  const { paymentId, requestId, amount, at } = order;
  return { paymentId, requestId, firstRequestId: first.requestId, amount, currency, at, moved };
}
