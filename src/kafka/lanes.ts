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
  /** Whether fewer than `maxHeld` tasks are held. Adding doesn't ask: whoever adds looks here first. */
  readonly hasRoom: boolean;
  add(key: string | null, task: Task): void;
  /** Forgets all tasks that haven't started and returns how many they were. */
  dropQueued(): number;
  /** Calls `listener` whenever a task ends or is forgotten, until the returned function is called. */
  onLess(listener: () => void): () => void;
}

/** Must not reject: what goes wrong with a task is the affair of whoever added it. A rejection reaches the process as unhandled. */
export type Task = () => Promise<void>;

export interface LanesOptions {
  readonly maxRunning: number;
  /** Bounds what runs and waits, and thereby memory. At least `maxRunning`. */
  readonly maxHeld: number;
}

interface Lane {
  readonly key: string | null;
  running: boolean;
  /** The head first, unless it runs. */
  readonly waiting: Task[];
}

export function createLanes({ maxRunning, maxHeld }: LanesOptions): Lanes {
  const lanes = new Map<string, Lane>();
  const listeners = new Set<() => void>();
  let ready: Lane[] = [];
  let running = 0;
  let queued = 0;

  function laneOf(key: string | null): Lane | undefined {
    return key === null ? undefined : lanes.get(key);
  }

  function startReady(): void {
    while (running < maxRunning) {
      const lane = ready.shift();
      const task = lane?.waiting.shift();
      if (lane === undefined || task === undefined) return;
      lane.running = true;
      running += 1;
      queued -= 1;
      void run(lane, task);
    }
  }

  async function run(lane: Lane, task: Task): Promise<void> {
    try {
      await task();
    } finally {
      lane.running = false;
      running -= 1;
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
    get hasRoom() {
      return running + queued < maxHeld;
    },
    add: (key, task) => {
      queued += 1;
      const existing = laneOf(key);
      if (existing !== undefined) {
        existing.waiting.push(task);
        return;
      }
      const lane: Lane = { key, running: false, waiting: [task] };
      if (key !== null) lanes.set(key, lane);
      ready.push(lane);
      startReady();
    },
    dropQueued: () => {
      const dropped = queued;
      queued = 0;
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
