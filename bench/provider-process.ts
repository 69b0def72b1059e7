import { join } from 'node:path';
import { z } from 'zod';
import { waitUntil } from '../dev/stack/wait-until.js';
import type { Merchant } from './orders.js';
import type { Place } from './program.js';
import { startProgram } from './program.js';
import type { Latency } from './provider/latency.js';

/** A wallet that runs, as a process of its own. */
export interface Provider {
  readonly url: string;
  readonly pid: number;
  /** Begins a round with an empty book. */
  begin(latency: Latency): Promise<void>;
  counts(): Promise<ProviderCounts>;
  /** Ends it: connections to it are refused from then on. */
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 900_000;
const listening = z.object({ url: z.string() });
/** What its book holds; the amount is in minor units. */
const providerCounts = z
  .object({
    captured: z.number(),
    amount: z.string().transform((text) => BigInt(text)),
    doubleCaptures: z.number(),
    repeats: z.number(),
    refused: z.number(),
  })
  .readonly();
export type ProviderCounts = z.infer<typeof providerCounts>;

/** Starts the wallet of one merchant, with so many of its answers signed beforehand, and waits until it listens. */
export async function startProvider(
  place: Place,
  keysDir: string,
  { merchant, prepared }: { readonly merchant: Merchant; readonly prepared: number },
): Promise<Provider> {
  const process_ = await startProgram(place, {
    title: 'The provider',
    program: 'bench/provider/main.js',
    args: [
      '--key',
      join(keysDir, 'provider-private.pem'),
      '--merchant-key',
      join(keysDir, 'merchant-public.pem'),
      '--merchant-id',
      merchant.merchantId,
      '--client-id',
      merchant.clientId,
      ...(prepared > 0 ? ['--prepare', String(prepared)] : []),
    ],
    env: process.env,
  });
  let url = '';
  await waitUntil(
    async () => {
      const line = (await process_.recentOutput()).split('\n').find((text) => text.startsWith('{'));
      if (line !== undefined) ({ url } = listening.parse(JSON.parse(line)));
      else if (!process_.isRunning()) throw new Error(`The provider ended: ${await process_.recentOutput()}`);
      return url !== '';
    },
    {
      deadlineMs: START_DEADLINE_MS,
      signal: place.signal,
      onDeadline: () => new Error('The provider did not start.'),
    },
  );
  return {
    url,
    pid: process_.pid,
    begin: async (latency) => {
      await fetch(`${url}/round`, { method: 'POST', body: JSON.stringify(latency) });
    },
    counts: async () => providerCounts.parse(await (await fetch(`${url}/counts`)).json()),
    stop: () => process_.stop(),
  };
}
