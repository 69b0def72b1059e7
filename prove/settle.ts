import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { standingOf } from '../dev/demo/collect.js';
import type { Scene } from '../dev/demo/scene.js';
import { readBehind } from '../dev/demo/watch-subscribers.js';
import { throwIfStopped } from '../dev/stack/wait-until.js';
import { reconciliationGroup } from '../src/kafka/consumption.js';
import type { LagReader } from '../src/kafka/lag.js';
import { topicNames } from '../src/kafka/topics.js';

/** What is still to come, counted. All is settled when each of these is 0. */
export interface Unsettled {
  readonly orders: number;
  readonly notifications: number;
  /** Captures planned or being sent. */
  readonly open: number;
  /** Captures without an outcome that no person must look at and whose provider tells, and contradicted ones. */
  readonly inDoubt: number;
  /** Events and notifications to be published. */
  readonly queued: number;
  /** Events that a subscriber hasn't read, and customers to be told. */
  readonly untold: number;
  /** Requests that providers still execute, and notifications that they still send. */
  readonly ahead: number;
}

const DOUBTS = `
  select payment_id as id, contradicted_at is not null as contradicted
  from captures
  where review is null and (state = 'pending' or contradicted_at is not null)`;

const ATTEMPTS = `select coalesce(sum(attempts), 0)::int as made from captures`;

const QUEUED = `select count(*)::int as queued from notification_queue`;

interface BookOfProvider {
  readonly authorisations: readonly {
    readonly paymentId: string;
    readonly outcome: string;
    readonly tells: boolean;
    readonly callbacks: readonly { readonly state: string }[];
  }[];
}

async function readUnsettled(scene: Scene, pool: pg.Pool, reader: LagReader): Promise<Unsettled> {
  const topics = topicNames(scene.topicPrefix);
  const lagOf = async (group: string, names: readonly string[]): Promise<number> =>
    (await reader.read(group, names)).reduce((sum, { lag }) => sum + Number(lag), 0);
  const answer = await fetch(`${scene.sandbox.adminUrl}/book`);
  const books = Object.values((await answer.json()) as Record<string, BookOfProvider>);
  const entries = books.flatMap(({ authorisations }) => authorisations);
  const tells = new Set(entries.filter((entry) => entry.tells).map(({ paymentId }) => paymentId));
  const doubts = await pool.query<{ id: string; contradicted: boolean }>(DOUBTS);
  const standing = await standingOf(pool);
  const queued = await pool.query<{ queued: number }>(QUEUED);
  const { unread, untold } = await readBehind(scene, pool, reader);
  return {
    orders: await lagOf(scene.group, [topics['order.fulfilled']]),
    notifications: await lagOf(reconciliationGroup(scene.group), [
      topics['capture.notification'],
      topics['capture.pending'],
    ]),
    open: standing.open,
    inDoubt: doubts.rows.filter(({ id, contradicted }) => contradicted || tells.has(id)).length,
    queued: standing.queued + (queued.rows[0]?.queued ?? 0),
    untold: Number(unread) + untold,
    ahead: entries.filter(
      ({ outcome, callbacks }) => outcome === 'open' || callbacks.some(({ state }) => state === 'waiting'),
    ).length,
  };
}

export function isSettled(unsettled: Unsettled): boolean {
  return Object.values(unsettled).every((count: number) => count === 0);
}

/** As a progress line has it: what isn't 0. */
export function unsettledText(unsettled: Unsettled): string {
  return Object.entries(unsettled)
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => `${what} ${String(count)}`)
    .join(', ');
}

/**
 * What hasn't changed for so long, and for which nothing was sent, is taken for stuck: then the invariants say what is missing. Longer than a
 * due row is left alone that a dead worker had taken (15 s). Inquiries don't count: they never end.
 */
const STUCK_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** In a row, since what one look has missed the next one sees. */
const STILL_LOOKS = 2;

/** Waits until all has settled, or nothing more changes; returns what is still to come. */
export async function untilSettled(
  scene: Scene,
  pool: pg.Pool,
  reader: LagReader,
  { isUp, signal }: { readonly isUp: () => boolean; readonly signal: AbortSignal },
): Promise<Unsettled> {
  let last = '';
  let changedAt = performance.now();
  let still = 0;
  for (;;) {
    throwIfStopped(signal);
    const unsettled = await readUnsettled(scene, pool, reader);
    still = isSettled(unsettled) && isUp() ? still + 1 : 0;
    if (still >= STILL_LOOKS) return unsettled;
    const { rows } = await pool.query<{ made: number }>(ATTEMPTS);
    const text = `${unsettledText(unsettled)}; ${String(rows[0]?.made ?? 0)} attempts`;
    if (text !== last) changedAt = performance.now();
    else if (performance.now() - changedAt > STUCK_MS) return unsettled;
    last = text;
    await sleep(LOOK_EVERY_MS);
  }
}
