import { setTimeout as sleep } from 'node:timers/promises';
import type { LagReader } from '../src/kafka/lag.js';
import type { LagSample } from './recovery.js';

/** Follows how many orders a group is behind. */
export interface LagWatch {
  samples(): readonly LagSample[];
  stop(): Promise<void>;
}

const EVERY_MS = 150;

export function watchLag(reader: LagReader, group: string, topic: string): LagWatch {
  const samples: LagSample[] = [];
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      samples.push(await sample(reader, group, topic));
      await sleep(EVERY_MS);
    }
  }

  const running = run();
  return {
    samples: () => samples,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function sample(reader: LagReader, group: string, topic: string): Promise<LagSample> {
  try {
    const partitions = await reader.read(group, [topic]);
    return { atMs: performance.now(), lag: partitions.reduce((sum, { lag }) => sum + lag, 0n) };
  } catch {
    return { atMs: performance.now(), lag: null };
  }
}
