/** What a wait ends with when the sandbox was reset or closed under it. */
export class Interrupted extends Error {
  constructor() {
    super('the sandbox was reset or closed meanwhile');
    this.name = 'Interrupted';
  }
}

/** Puts things off, in ms. */
export interface Delays {
  after(ms: number, action: () => void): void;
  wait(ms: number): Promise<void>;
}

interface PutOff {
  /** On the monotonic clock, in ms. */
  readonly due: number;
  readonly action: () => void;
  readonly cancelled: () => void;
}

/** Everything that the sandbox has put off, so that closing or resetting it leaves nothing behind. */
export class Timers implements Delays {
  readonly #pending = new Map<NodeJS.Timeout, PutOff>();

  /** Runs `action` after `ms`, unless everything is cancelled before; then `cancelled` runs. */
  after(ms: number, action: () => void, cancelled: () => void = () => undefined): void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      action();
    }, ms);
    this.#pending.set(timer, { due: performance.now() + ms, action, cancelled });
  }

  /** Waits. Throws `Interrupted` if everything is cancelled before. */
  async wait(ms: number): Promise<void> {
    if (ms === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.after(ms, resolve, () => {
        reject(new Interrupted());
      });
    });
  }

  /** Does now, in the order of its moments, all that has been put off so far. Gives how much that was. */
  hurry(): number {
    const pending = this.#takeAll().toSorted((a, b) => a.due - b.due);
    for (const { action } of pending) action();
    return pending.length;
  }

  cancelAll(): void {
    for (const { cancelled } of this.#takeAll()) cancelled();
  }

  #takeAll(): PutOff[] {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [timer] of pending) clearTimeout(timer);
    return pending.map(([, putOff]) => putOff);
  }
}
