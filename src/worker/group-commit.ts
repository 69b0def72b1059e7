/**
 * Group commit: many callers, one write at a time.
 *
 * Items that arrive while a write is under way wait and go together in the next one, so batches grow with load and no timer delays a
 * lone item. If a write is refused for its data, the batch is cut in half and both halves are tried, down to the one item at fault: it
 * alone is rejected and the others are written. An item that can't be written just now (somebody holds its row) is found the same way,
 * and set aside to be tried again by itself, so that it stops nobody else. If the store can't be reached, the batch is tried again until it can be or the group
 * is stopped: an operation given here must therefore be safe to repeat.
 */
export interface GroupCommitOptions<Item, Result> {
  /** Writes a batch and returns a result for each item, in order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items of one key never share a batch. */
  readonly keyOf: (item: Item) => string;
  readonly maxBatch: number;
  /** What a failed write means for its batch. */
  readonly onError: (error: unknown) => 'bisect' | 'set_aside' | 'try_again' | 'reject';
  /** Waits before the n-th repetition (from 1) of a write that failed; rejects to give up. */
  readonly beforeRetry: (repetition: number, error: unknown) => Promise<void>;
  readonly onWritten?: (size: number) => void;
}

/** How long an item that was set aside waits, as the number of a repetition. */
const SET_ASIDE_REPETITION = 4;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Returns a function that writes one item as part of a group and resolves with its result once it is durable. */
export function groupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  let queue: Waiting<Item, Result>[] = [];
  let running = false;

  async function drain(): Promise<void> {
    running = true;
    while (queue.length > 0) {
      const { batch, rest } = cut(queue, options);
      queue = rest;
      await writeOrSplit(batch, options, setAside);
    }
    running = false;
  }

  function add(waiting: Waiting<Item, Result>): void {
    queue.push(waiting);
    if (running) return;
    running = true;
    // Everything that arrives in this turn of the event loop belongs to the first batch.
    setImmediate(() => void drain());
  }

  /** Comes back by itself after a while, and holds up nobody meanwhile. */
  function setAside(waiting: Waiting<Item, Result>, error: unknown): void {
    void wait(options, SET_ASIDE_REPETITION, error).then((goOn) => {
      if (goOn) add(waiting);
      else waiting.reject(error);
    });
  }

  return (item) =>
    new Promise((resolve, reject) => {
      add({ item, resolve, reject });
    });
}

/** The next batch: items in order of arrival, leaving those whose key is already in it. */
function cut<Item, Result>(
  queue: readonly Waiting<Item, Result>[],
  { keyOf, maxBatch }: GroupCommitOptions<Item, Result>,
): { batch: Waiting<Item, Result>[]; rest: Waiting<Item, Result>[] } {
  const batch: Waiting<Item, Result>[] = [];
  const rest: Waiting<Item, Result>[] = [];
  const keys = new Set<string>();
  for (const waiting of queue) {
    const key = keyOf(waiting.item);
    if (batch.length < maxBatch && !keys.has(key)) {
      keys.add(key);
      batch.push(waiting);
    } else {
      rest.push(waiting);
    }
  }
  return { batch, rest };
}

async function writeOrSplit<Item, Result>(
  batch: readonly Waiting<Item, Result>[],
  options: GroupCommitOptions<Item, Result>,
  setAside: (waiting: Waiting<Item, Result>, error: unknown) => void,
): Promise<void> {
  for (let repetition = 1; ; repetition += 1) {
    try {
      const results = await options.write(batch.map(({ item }) => item));
      if (results.length !== batch.length) {
        throw new Error(
          `a write of ${String(batch.length)} items returned ${String(results.length)} results`,
        );
      }
      options.onWritten?.(batch.length);
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
      return;
    } catch (error) {
      const action = options.onError(error);
      if (action === 'bisect' && batch.length > 1) {
        const middle = batch.length >> 1;
        await writeOrSplit(batch.slice(0, middle), options, setAside);
        await writeOrSplit(batch.slice(middle), options, setAside);
        return;
      }
      if (action === 'set_aside') {
        const [only] = batch;
        if (batch.length === 1 && only !== undefined) setAside(only, error);
        // One by one, not by halves: each try of a batch with the held row costs a whole lock timeout.
        else for (const waiting of batch) await writeOrSplit([waiting], options, setAside);
        return;
      }
      if (action !== 'try_again' || !(await wait(options, repetition, error))) {
        for (const { reject } of batch) reject(error);
        return;
      }
    }
  }
}

async function wait<Item, Result>(
  { beforeRetry }: GroupCommitOptions<Item, Result>,
  repetition: number,
  error: unknown,
): Promise<boolean> {
  try {
    await beforeRetry(repetition, error);
    return true;
  } catch {
    return false;
  }
}
