import { setImmediate } from 'node:timers/promises';
import type { Delays } from '../../sandbox/timers.js';

export const EPOCH = Date.parse('2026-03-01T12:00:00.000Z');

/** Time that passes only when it is told to: everything put off happens in its order, at its moment. It begins at `EPOCH`. */
export class VirtualTime implements Delays {
  #ms = 0;
  #queue: { readonly at: number; readonly action: () => void }[] = [];

  readonly now = (): Date => new Date(EPOCH + this.#ms);

  after(ms: number, action: () => void): void {
    this.#queue.push({ at: this.#ms + ms, action });
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  async runToTheEnd(): Promise<void> {
    for (;;) {
      this.#queue.sort((a, b) => a.at - b.at);
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#ms = next.at;
      next.action();
      await setImmediate();
    }
  }
}
