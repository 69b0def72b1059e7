/**
 * Lanes: tasks of one key run in the order in which they were added, tasks of different keys run at the same time, and no more than
 * `maxRunning` run at all. A task without a key is a lane of its own. A lane exists only while it has a task, so a key costs nothing
 * once its work is done.
 *
 * Of each lane one task is the head: it runs, or it is ready and waits for a place among the running. The others wait behind it. Ready
 * heads get their places in the order in which they became ready, so no key is passed over.
 */
export interface Lanes {
  /** Tasks under way. */
  readonly running: number;
  /** Tasks that haven't started. */
  readonly queued: number;
  /** What all of them take together. */
  readonly heldBytes: number;
  /**
   * Whether fewer than `maxHeld` tasks are held, and they take less than `maxHeldBytes`. Adding doesn't ask: whoever adds looks here
   * first. So one task more than fits may be held, and one that is too large for any room goes when there is nothing beside it.
   */
  readonly hasRoom: boolean;
  /** A task that takes `bytes` of memory until it has ended or is forgotten. */
  add(key: string | null, bytes: number, task: Task): void;
  /** Forgets all tasks that haven't started and returns how many they were. */
  dropQueued(): number;
  /** Calls `listener` whenever a task ends or is forgotten, until the returned function is called. */
  onLess(listener: () => void): () => void;
}

/** Must not reject: what goes wrong with a task is the affair of whoever added it. A rejection reaches the process as unhandled. */
export type Task = () => Promise<void>;

export interface LanesOptions {
  readonly maxRunning: number;
  /** Bounds what runs and waits. At least `maxRunning`. */
  readonly maxHeld: number;
  /** Bounds it by what it takes, in bytes, and thereby memory. */
  readonly maxHeldBytes: number;
}

interface Held {
  readonly bytes: number;
  readonly task: Task;
}

interface Lane {
  readonly key: string | null;
  running: boolean;
  /** The head first, unless it runs. */
  readonly waiting: Held[];
}

export function createLanes({ maxRunning, maxHeld, maxHeldBytes }: LanesOptions): Lanes {
  const lanes = new Map<string, Lane>();
  const listeners = new Set<() => void>();
  let ready: Lane[] = [];
  let running = 0;
  let queued = 0;
  let runningBytes = 0;
  let queuedBytes = 0;

  function laneOf(key: string | null): Lane | undefined {
    return key === null ? undefined : lanes.get(key);
  }

  function startReady(): void {
    while (running < maxRunning) {
      const lane = ready.shift();
      const next = lane?.waiting.shift();
      if (lane === undefined || next === undefined) return;
      lane.running = true;
      running += 1;
      queued -= 1;
      runningBytes += next.bytes;
      queuedBytes -= next.bytes;
      void run(lane, next);
    }
  }

  async function run(lane: Lane, { task, bytes }: Held): Promise<void> {
    try {
      await task();
    } finally {
      lane.running = false;
      running -= 1;
      runningBytes -= bytes;
      if (lane.waiting.length > 0) ready.push(lane);
      else if (lane.key !== null) lanes.delete(lane.key);
      startReady();
      tell();
    }
  }

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  return {
    get running() {
      return running;
    },
    get queued() {
      return queued;
    },
    get heldBytes() {
      return runningBytes + queuedBytes;
    },
    get hasRoom() {
      return running + queued < maxHeld && runningBytes + queuedBytes < maxHeldBytes;
    },
    add: (key, bytes, task) => {
      queued += 1;
      queuedBytes += bytes;
      const existing = laneOf(key);
      if (existing !== undefined) {
        existing.waiting.push({ bytes, task });
        return;
      }
      const lane: Lane = { key, running: false, waiting: [{ bytes, task }] };
      if (key !== null) lanes.set(key, lane);
      ready.push(lane);
      startReady();
    },
    dropQueued: () => {
      const dropped = queued;
      queued = 0;
      queuedBytes = 0;
      ready = [];
      for (const [key, lane] of lanes) {
        lane.waiting.length = 0;
        if (!lane.running) lanes.delete(key);
      }
      if (dropped > 0) tell();
      return dropped;
    },
    onLess: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
