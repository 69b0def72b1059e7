import type { Admin } from 'kafkajs';
import pg from 'pg';
import { topicNames } from '../../src/kafka/topics.js';

/** What can be removed behind everybody's back, to see that the comparison names it. */
export const TAMPERINGS = ['posting', 'message', 'row'] as const;
export type Tampering = (typeof TAMPERINGS)[number];

export interface Target {
  readonly databaseUrl: string;
  readonly topicPrefix: string;
  /** Connected. */
  readonly admin: Admin;
}

/** Past the triggers and references of the tables, as only an administrator can. */
const PAST_GUARDS = "set session_replication_role = 'replica'";

const REMOVE_POSTING = `
  delete from ledger.postings
  where account = 'sales' and entry_id = (select max(entry_id) from ledger.entries)
  returning entry_id as id`;

const REMOVE_ROW = `
  delete from captures
  where payment_id = (select min(payment_id) from captures where state = 'failed')
  returning payment_id as id`;

/** Removes one, and resolves with what the comparison should name; rejects if there is none to remove. */
export async function tamper(tampering: Tampering, target: Target): Promise<string> {
  switch (tampering) {
    case 'posting':
      return `ledger entry ${await removed(REMOVE_POSTING, target)}`;
    case 'row':
      return `payment ${await removed(REMOVE_ROW, target)}`;
    case 'message':
      return await removeMessage(target);
  }
}

async function removed(sql: string, { databaseUrl }: Target): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(PAST_GUARDS);
    const { rows } = await client.query<{ readonly id: string }>(sql);
    const [row] = rows;
    if (row === undefined) throw new Error('there is nothing to remove');
    return row.id;
  } finally {
    await client.end();
  }
}

/** The first message of a partition of `capture.succeeded`: Kafka removes only from the beginning. */
async function removeMessage({ topicPrefix, admin }: Target): Promise<string> {
  const topic = topicNames(topicPrefix)['capture.succeeded'];
  const partitions = await admin.fetchTopicOffsets(topic);
  const filled = partitions.find(({ low, high }) => BigInt(low) < BigInt(high));
  if (filled === undefined) throw new Error(`there is no message in ${topic}`);
  const offset = (BigInt(filled.low) + 1n).toString();
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: filled.partition, offset }] });
  return `the message at offset ${filled.low} of ${topic}/${String(filled.partition)}`;
}
