/** How many calls of the last `windowMs` went well and how many didn't. Times are monotonic, in ms. */
export interface CallWindow {
  add(isWell: boolean, now: number): void;
  count(now: number): CallCounts;
  clear(): void;
}

export interface CallCounts {
  readonly calls: number;
  readonly failed: number;
}

interface Slice {
  readonly number: number;
  calls: number;
  failed: number;
}

/** The window moves on by a slice at a time, so it takes the same memory however many calls there are. */
const SLICES = 10;

export function createCallWindow(windowMs: number): CallWindow {
  const sliceMs = windowMs / SLICES;
  let slices: Slice[] = [];

  function current(now: number): Slice {
    const number = Math.floor(now / sliceMs);
    const last = slices.at(-1);
    if (last?.number === number) return last;
    const fresh = { number, calls: 0, failed: 0 };
    slices = [...slices.filter((slice) => slice.number > number - SLICES), fresh];
    return fresh;
  }

  return {
    add: (isWell, now) => {
      const slice = current(now);
      slice.calls += 1;
      if (!isWell) slice.failed += 1;
    },
    count: (now) => {
      const oldest = Math.floor(now / sliceMs) - SLICES;
      const within = slices.filter(({ number }) => number > oldest);
      return {
        calls: within.reduce((sum, { calls }) => sum + calls, 0),
        failed: within.reduce((sum, { failed }) => sum + failed, 0),
      };
    },
    clear: () => {
      slices = [];
    },
  };
}
