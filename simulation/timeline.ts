import { untilQuiet } from './turns.js';

/**
 * Virtual time, and the one scheduler of a simulated world: whatever happens is put on the timeline and happens in the order of its time,
 * one thing after the other. Between two of them everything runs that can run without time passing, so the whole course is decided by the
 * times alone, and they are drawn from a seed.
 */
export interface Timeline {
  /** Milliseconds since the world began. */
  readonly now: number;
  /** How many things have happened. */
  readonly steps: number;
  /** Does this in `ms`; of things of one time, what was put on first comes first. Calling the result takes it off again. */
  after(ms: number, action: () => void): () => void;
  /** Lets time pass until it `isOver`, nothing is left to happen, or `limitMs` is reached. `isOver` is asked now and then. */
  run(isOver: () => boolean, limitMs: number): Promise<void>;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  action: (() => void) | null;
}

/** How often it is asked whether it is over, in steps. */
const ASK_EVERY = 32;

export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  let steps = 0;

  function push(entry: Entry): void {
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  function pop(): Entry | null {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) sink(last);
    return first;
  }

  function sink(entry: Entry): void {
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      if (left === undefined) break;
      const right = heap[2 * index + 2];
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, entry)) break;
      heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = entry;
  }

  return {
    get now() {
      return now;
    },
    get steps() {
      return steps;
    },
    after: (ms, action) => {
      order += 1;
      const entry: Entry = { at: now + Math.max(0, ms), order, action };
      push(entry);
      return () => {
        entry.action = null;
      };
    },
    run: async (isOver, limitMs) => {
      for (;;) {
        const next = heap[0];
        if (next === undefined || next.at > limitMs) return;
        const entry = pop();
        if (entry?.action == null) continue;
        now = entry.at;
        steps += 1;
        entry.action();
        await untilQuiet();
        if (steps % ASK_EVERY === 0 && isOver()) return;
      }
    },
  };
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
