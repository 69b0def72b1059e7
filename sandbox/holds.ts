/** A capture that holds its payment: others of it are turned away meanwhile. */
export interface Hold<Ask extends Held = Held> {
  readonly ask: Ask;
  readonly captureId: string;
  /** Minor units. */
  readonly amount: bigint;
  readonly since: Date;
  /** Whether nothing will ever end it. */
  readonly endless: boolean;
}

interface Held {
  readonly paymentId: string;
  readonly requestId: string;
}

/** A capture that held its payment once. */
interface Ended<Ask extends Held> {
  readonly hold: Hold<Ask>;
  readonly at: Date;
  readonly failed: boolean;
}

/** The captures that hold their payments or once held them, so that it can also be told how things stood at a moment gone by. */
export class Holds<Ask extends Held> {
  #current = new Map<string, Map<string, Hold<Ask>>>();
  #ended = new Map<string, Ended<Ask>[]>();

  has({ paymentId, requestId }: Held): boolean {
    return this.#current.get(paymentId)?.has(requestId) ?? false;
  }

  add(hold: Hold<Ask>): void {
    const { paymentId, requestId } = hold.ask;
    const holds = this.#current.get(paymentId) ?? new Map<string, Hold<Ask>>();
    this.#current.set(paymentId, holds.set(requestId, hold));
  }

  end(hold: Hold<Ask>, how: { readonly at: Date; readonly failed: boolean }): void {
    const { paymentId, requestId } = hold.ask;
    const ended = this.#ended.get(paymentId) ?? [];
    ended.push({ hold, ...how });
    this.#ended.set(paymentId, ended);
    const holds = this.#current.get(paymentId);
    holds?.delete(requestId);
    if (holds?.size === 0) this.#current.delete(paymentId);
  }

  /** Those of a payment that are under way, or were at a moment gone by. */
  underWay(paymentId: string, at?: Date): readonly Hold<Ask>[] {
    const current = [...(this.#current.get(paymentId)?.values() ?? [])];
    if (at === undefined) return current;
    const later = (this.#ended.get(paymentId) ?? []).filter((one) => one.at > at).map(({ hold }) => hold);
    return [...later, ...current].filter(({ since }) => since <= at);
  }

  /** Those of a payment that came to nothing, by now or by a moment gone by. */
  failed(paymentId: string, at?: Date): readonly Hold<Ask>[] {
    return (this.#ended.get(paymentId) ?? [])
      .filter((one) => one.failed && (at === undefined || one.at <= at))
      .map(({ hold }) => hold);
  }

  reset(): void {
    this.#current = new Map();
    this.#ended = new Map();
  }
}
