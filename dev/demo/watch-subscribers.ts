import type pg from 'pg';
import type { LagReader } from '../../src/kafka/lag.js';
import { topicNames } from '../../src/kafka/topics.js';
import { EXAMPLES } from './programs.js';
import type { Scene } from './scene.js';
import { exampleGroup } from './scene.js';

/** What the two subscribers have yet to do. */
export interface Behind {
  /** Events that one of them hasn't read. */
  readonly unread: bigint;
  /** Captures of which a customer is to be told. */
  readonly untold: number;
}

const UNTOLD = 'select count(*)::int as untold from customer_messages.captures where due_at is not null';

export async function readBehind(scene: Scene, pool: pg.Pool, reader: LagReader): Promise<Behind> {
  const names = topicNames(scene.topicPrefix);
  const topics = [names['capture.succeeded'], names['capture.failed'], names['capture.pending']];
  const lags = await Promise.all(
    EXAMPLES.map((name) => reader.read(exampleGroup(scene.group, name), topics)),
  );
  const { rows } = await pool.query<{ untold: number }>(UNTOLD);
  return {
    unread: lags.flat().reduce((sum, { lag }) => sum + lag, 0n),
    untold: rows[0]?.untold ?? 0,
  };
}
