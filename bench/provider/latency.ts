import { z } from 'zod';

/** How long the provider takes for an answer, in ms: always the same, or evenly spread. */
export const latency = z
  .object({ minMs: z.number().int().min(0), maxMs: z.number().int().min(0) })
  .readonly();
export type Latency = z.infer<typeof latency>;

export function fixed(ms: number): Latency {
  return { minMs: ms, maxMs: ms };
}

export function meanOf({ minMs, maxMs }: Latency): number {
  return (minMs + maxMs) / 2;
}

/** One draw. `random` is from 0 to below 1. */
export function drawn({ minMs, maxMs }: Latency, random: number): number {
  return Math.round(minMs + (maxMs - minMs) * random);
}
