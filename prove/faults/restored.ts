import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Scene } from '../../dev/demo/scene.js';
import { trySignal } from '../../dev/watchdog/kill.js';
import { consumptionsOf } from '../../src/kafka/consumption.js';
import { topicNames } from '../../src/kafka/topics.js';
import type { Fault, Grounds } from '../fault.js';
import { keepTables, restoreTables } from '../lost-span.js';

/** How long the span is that is lost, in ms. */
const SPAN_MS = 6_000;

/** Opens when the database is back: no worker may start before. */
interface Door {
  readonly opened: Promise<Date>;
  open(restoredAt: Date): void;
  isShut: boolean;
}

const doors = new WeakMap<Scene, Door>();

/**
 * All workers die with their database, which comes back as it was some seconds ago; the offsets of both groups are set back to the start, and
 * the workers are started inquire-first. The lost span stands for an hour: what counts is what happened in it, not how long it was.
 */
export const restored: Fault = {
  name: 'database-restored',
  attacks: 'what was captured in a span that the database has lost is found by asking, and not sent again',
  how: 'kill -9 of all workers, the database as it was 6 s before, offsets set back, started inquire-first',
  between: (scene) => {
    const door = shutDoor();
    doors.set(scene, door);
    return Promise.resolve({
      settings: async () =>
        door.isShut ? { CAPTURE_WORKER_INQUIRE_FIRST: (await door.opened).toISOString() } : {},
      close: () => Promise.resolve(),
    });
  },
  inflict: async (grounds) => {
    const { scene, pool, workers, now, signal } = grounds;
    const door = doors.get(scene);
    if (door === undefined) throw new Error('nothing keeps workers from starting too early');
    await keepTables(pool);
    await sleep(SPAN_MS, undefined, { signal });
    door.isShut = true;
    const victims = workers.map((worker) => worker.current());
    for (const { pid } of victims)
      if (!trySignal(pid, 'SIGKILL')) throw new Error('a worker to kill was gone already');
    await Promise.all(victims.map((victim) => victim.ended));
    const lost = await countAhead(grounds);
    const at = await restoreTables(pool);
    await setOffsetsBack(scene, signal);
    door.open(at);
    return {
      ended: now(),
      kills: victims.length,
      hasLostSpan: true,
      ran: `${String(lost)} captures and outcomes were forgotten`,
    };
  },
};

function shutDoor(): Door {
  let open: (restoredAt: Date) => void = () => undefined;
  const opened = new Promise<Date>((resolve) => {
    open = resolve;
  });
  return {
    opened,
    open: (restoredAt) => {
      open(restoredAt);
    },
    isShut: false,
  };
}

/** How many captures the copy doesn't know, or knows without their outcome. */
async function countAhead({ pool }: Grounds): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`
    select count(*)::int as count from captures c left join kept.captures k using (capture_id)
    where c.state in ('succeeded', 'failed') and k.state is distinct from c.state`);
  const count = rows[0]?.count ?? 0;
  if (count === 0) throw new Error('nothing was lost');
  return count;
}

const EMPTY_EVERY_MS = 250;

/** A group's offsets can be set when Kafka has noticed that its members are gone. */
async function setOffsetsBack(scene: Scene, signal: AbortSignal): Promise<void> {
  const brokers = scene.stack.env.KAFKA_BROKERS.split(',');
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    for (const { group, topics } of consumptionsOf(scene.group, topicNames(scene.topicPrefix))) {
      while ((await admin.describeGroups([group])).groups.some(({ state }) => state !== 'Empty'))
        await sleep(EMPTY_EVERY_MS, undefined, { signal });
      for (const topic of topics) await admin.resetOffsets({ groupId: group, topic, earliest: true });
    }
  } finally {
    await admin.disconnect();
  }
}
