import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { withClient } from '../../dev/stack/postgres.js';
import type { Worker } from '../../dev/stack/crew.js';
import { packageRoot } from '../../src/package-root.js';
import { subjectOf, topicNames } from '../../src/kafka/topics.js';
import type { Arena } from '../arena.js';
import type { Conditions, Running } from '../contestant.js';
import { CLIENT_ID, MERCHANT } from '../orders.js';

/** What a peer has to itself in one round: a database with its table, a topic for its events, and a group that has read nothing. */
export interface Stage {
  readonly env: Readonly<Record<string, string>>;
  /** The peer once it has been started. */
  running(process_: Worker): Running;
  cleanUp(): Promise<void>;
}

/** How long a stopping peer may take: more than any call. */
export const GRACE_MS = 60_000;

export async function setStage(arena: Arena, { inFlight, keyed }: Conditions): Promise<Stage> {
  const id = randomBytes(4).toString('hex');
  const names = { database: `bench_${id}`, group: `bench-${id}` };
  const prefix = arena.prefixes[keyed];
  const events = `${prefix}peer-${id}.succeeded`;
  const databaseUrl = await arena.databases.create(names.database);
  const table = await readFile(join(packageRoot(), 'bench', 'peers', 'captures.sql'), 'utf8');
  await withClient(databaseUrl, (client) => client.query(table));
  await arena.admin.createTopics({
    topics: [{ topic: events, numPartitions: arena.partitions, replicationFactor: 1 }],
    waitForLeaders: true,
  });
  const cleanUp = async (): Promise<void> => {
    await arena.admin.deleteTopics({ topics: [events] });
    await deleteGroup(arena, names.group);
    await arena.databases.drop(names.database);
  };
  return {
    env: {
      PATH: process.env['PATH'] ?? '',
      KAFKA_BROKERS: arena.stack.env.KAFKA_BROKERS,
      SCHEMA_REGISTRY_URL: arena.stack.env.SCHEMA_REGISTRY_URL,
      DATABASE_URL: databaseUrl,
      PEER_GROUP: names.group,
      PEER_ORDERS_TOPIC: topicNames(prefix)['order.fulfilled'],
      PEER_EVENTS_TOPIC: events,
      // The schema of our own events, which the arena has registered.
      PEER_EVENTS_SUBJECT: subjectOf(topicNames(prefix)['capture.succeeded']),
      PEER_PROVIDER_URL: arena.provider.url,
      PEER_CLIENT_ID: CLIENT_ID,
      PEER_MERCHANT: MERCHANT,
      PEER_PRIVATE_KEY: arena.keys.merchantPrivate,
      PEER_PROVIDER_KEY: arena.keys.providerPublic,
      PEER_IN_FLIGHT: String(inFlight),
    },
    running: (process_) => ({
      process: process_,
      startedAt: performance.now(),
      tells: events,
      stop: () => process_.stop(),
      ownBook: () => bookOf(databaseUrl),
      cleanUp,
    }),
    cleanUp,
  };
}

/** A peer that was killed is still a member: its group goes only when its session is over, and then by itself. */
async function deleteGroup({ admin }: Arena, group: string): Promise<void> {
  const { groups } = await admin.describeGroups([group]);
  if (groups.every(({ state, members }) => state !== 'Dead' && members.length === 0))
    await admin.deleteGroups([group]);
}

async function bookOf(databaseUrl: string): Promise<{ captured: number; amount: bigint }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ captured: string; amount: string }>(
      `select count(*) as captured, coalesce(sum(amount), 0) as amount from captures where state = 'succeeded'`,
    );
    const [row] = rows;
    return { captured: Number(row?.captured), amount: BigInt(row?.amount ?? 0) };
  } finally {
    await client.end();
  }
}
