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

/** Everything that the sandbox has put off, so that closing or resetting it leaves nothing behind. */
export class Timers implements Delays {
  readonly #pending = new Map<NodeJS.Timeout, () => void>();

  /** Runs `action` after `ms`, unless everything is cancelled before; then `cancelled` runs. */
  after(ms: number, action: () => void, cancelled: () => void = () => undefined): void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      action();
    }, ms);
    this.#pending.set(timer, cancelled);
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

  cancelAll(): void {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [timer, cancelled] of pending) {
      clearTimeout(timer);
      cancelled();
    }
  }
}
