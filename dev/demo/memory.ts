/** Follows a worker's resident memory by its own metrics. */
export interface MemoryWatch {
  /** What was seen, in MiB: after the first quarter of the samples, at most, and at the end. Null if the run was too short to tell. */
  summary(): { readonly early: number; readonly most: number; readonly end: number } | null;
  stop(): void;
}

const EVERY_MS = 500;
const FEW = 4;

export function watchMemory(url: () => string): MemoryWatch {
  const samples: number[] = [];
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void residentMiB(url())
      .then((sample) => {
        if (sample !== null) samples.push(sample);
      })
      .finally(() => {
        asking = false;
      });
  }, EVERY_MS);
  return {
    summary: () => {
      const early = samples[Math.floor(samples.length / 4)];
      const end = samples.at(-1);
      if (samples.length < FEW || early === undefined || end === undefined) return null;
      return { early, most: Math.max(...samples), end };
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

async function residentMiB(url: string): Promise<number | null> {
  try {
    const page = await (await fetch(`${url}/metrics`)).text();
    const found = /^process_resident_memory_bytes (\S+)$/m.exec(page);
    return found === null ? null : Math.round(Number(found[1]) / 2 ** 20);
  } catch {
    // A worker that is being killed or started has nothing to say.
    return null;
  }
}
