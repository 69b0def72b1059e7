import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import kafkajs from 'kafkajs';
import { runCommand } from '../dev/demo/programs.js';
import { createCrew } from '../dev/stack/crew.js';
import type { ProgressListener } from '../dev/stack/progress.js';
import type { Stack } from '../dev/stack/start.js';
import { startStack } from '../dev/stack/start.js';
import { keysIn } from '../sandbox/keys.js';
import type { Keyed } from './backlog.js';
import { produceOrders } from './backlog.js';
import type { Databases } from './database.js';
import { openDatabases } from './database.js';
import type { Merchant } from './orders.js';
import { USUAL_MERCHANT } from './orders.js';
import type { Place } from './program.js';
import type { Provider } from './provider-process.js';
import { startProvider } from './provider-process.js';
import { makeTopics } from './topics.js';

/** Where all contestants compete: the same Kafka, registry, PostgreSQL and provider, and topics with the same orders. */
export interface Arena extends Place {
  readonly stack: Stack;
  readonly databases: Databases;
  readonly admin: Admin;
  readonly provider: Provider;
  readonly keys: { readonly merchantPrivate: string; readonly providerPublic: string };
  /** Of the topics whose orders have keys of their own, of those with skewed ones, and of those that begin empty. */
  readonly prefixes: Readonly<Record<Keyed | 'calm', string>>;
  readonly partitions: number;
  /** Makes topics that nothing was on yet, and returns their prefix. */
  newTopics(name: string, partitions?: number): Promise<string>;
  /** Starts the wallet of another merchant, or another one of the same. */
  newProvider(merchant: Merchant): Promise<Provider>;
  close(): Promise<void>;
}

export interface ArenaOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: ProgressListener;
  readonly say: (line: string) => void;
  /** How many orders each topic of those that have a backlog holds. */
  readonly backlog: number;
  /** Which topics have one. */
  readonly filled: readonly Keyed[];
  /** How many of the provider's answers are signed beforehand. */
  readonly prepared: number;
  readonly signal: AbortSignal;
}

export const PARTITIONS = 6;
export const TEMPLATE = 'bench_empty';

export async function openArena(options: ArenaOptions): Promise<Arena> {
  const { env, progress, say, signal } = options;
  const stack = await startStack({ env, progress, signal });
  const crew = createCrew(stack.guard);
  const folder = await mkdtemp(join(tmpdir(), 'capture-worker-bench-'));
  await stack.guard.addFolder(folder);
  const kafka = new kafkajs.Kafka({
    brokers: stack.env.KAFKA_BROKERS.split(','),
    logLevel: kafkajs.logLevel.ERROR,
  });
  const admin = kafka.admin();
  const databases = await openDatabases(stack.env.DATABASE_URL);
  const close = async (): Promise<void> => {
    await crew.disband();
    await admin.disconnect();
    await databases.close();
    await rm(folder, { recursive: true, force: true });
    await stack.guard.removeFolder(folder);
    await stack.stop();
  };
  try {
    await admin.connect();
    const runId = randomBytes(3).toString('hex');
    const prefixes = {
      distinct: `bench-${runId}-distinct.`,
      zipf: `bench-${runId}-zipf.`,
      calm: `bench-${runId}-calm.`,
    };
    const keysDir = join(folder, 'keys');
    await Promise.all([keysIn(keysDir, 'merchant'), keysIn(keysDir, 'provider')]);
    const keys = {
      merchantPrivate: join(keysDir, 'merchant-private.pem'),
      providerPublic: join(keysDir, 'provider-public.pem'),
    };
    const templateUrl = await databases.create(TEMPLATE);
    const base = { ...stack.env, PATH: env['PATH'] ?? '', DATABASE_URL: templateUrl };
    const place = { crew, folder, signal };
    say('creating tables, topics and schemas');
    await runCommand(place, base, ['migrate']);
    for (const name of [...options.filled, 'calm'] as const)
      await makeTopics(place, base, { prefix: prefixes[name], partitions: PARTITIONS });
    for (const keyed of options.filled) {
      say(`putting ${String(options.backlog)} orders on the topic with ${keyed} keys`);
      await produceOrders({ stack, prefix: prefixes[keyed], keyed, count: options.backlog });
    }
    if (options.prepared > 0) say(`signing ${String(options.prepared)} answers of the provider beforehand`);
    const provider = await startProvider(place, keysDir, {
      merchant: USUAL_MERCHANT,
      prepared: options.prepared,
    });
    return {
      stack,
      crew,
      folder,
      signal,
      databases,
      admin,
      provider,
      keys,
      prefixes,
      partitions: PARTITIONS,
      newTopics: async (name, partitions = PARTITIONS) => {
        const prefix = `bench-${runId}-${name}-${randomBytes(2).toString('hex')}.`;
        await makeTopics(place, base, { prefix, partitions });
        return prefix;
      },
      newProvider: (merchant) => startProvider(place, keysDir, { merchant, prepared: 0 }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How many messages a topic holds. */
export async function countOf(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
