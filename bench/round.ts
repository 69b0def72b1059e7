import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../dev/stack/wait-until.js';
import type { Arena } from './arena.js';
import { countOf } from './arena.js';
import type { Conditions, Contestant, Running } from './contestant.js';
import type { CpuSeconds } from './cpu.js';
import { readCpu, residentMiB } from './cpu.js';

/** What one contestant did in one round. */
export interface RoundResult {
  readonly contestant: Contestant['name'];
  readonly conditions: Conditions;
  /** Captures a second: at the provider, or told of on Kafka, whichever is less. */
  readonly rate: number;
  /** From its start to the first capture at the provider, in ms. */
  readonly firstCaptureMs: number;
  /** Processor time per capture and part, in ms; null where the machine doesn't tell. */
  readonly cpuMs: Readonly<Record<keyof CpuSeconds, number>> | null;
  readonly residentMiB: number | null;
  readonly doubleCaptures: number;
  /** Captures that the provider made and the contestant doesn't know of, or the other way around, once it had stopped. */
  readonly disagreement: number;
  readonly refused: number;
}

export interface Times {
  /** How long it may run before the clock starts, from its first capture, in ms. */
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

const START_DEADLINE_MS = 60_000;

/**
 * One contestant, one round: it is started on a backlog that nobody of its group has read, warms up, is measured for a fixed time, is
 * stopped in order, and its books are held against the provider's.
 */
export async function playRound(
  arena: Arena,
  contestant: Contestant,
  conditions: Conditions,
  { warmUpMs, measuredMs }: Times,
): Promise<RoundResult> {
  await arena.databases.checkpoint();
  await arena.provider.begin(conditions.latency);
  const running = await contestant.start(arena, conditions);
  try {
    const toldBefore = running.tells === null ? 0 : await countOf(arena.admin, running.tells);
    await untilFirstCapture(arena, contestant, running);
    const firstCaptureMs = performance.now() - running.startedAt;
    await sleep(warmUpMs);
    const from = await standing(arena, running);
    await sleep(measuredMs);
    const to = await standing(arena, running);
    const resident = await residentMiB(running.process.pid);
    if (!running.process.isRunning())
      throw new Error(`${contestant.name} ended: ${await running.process.recentOutput()}`);
    await running.stop();
    const book = await running.ownBook();
    const counts = await arena.provider.counts();
    const told =
      running.tells === null ? counts.captured : (await countOf(arena.admin, running.tells)) - toldBefore;
    const seconds = (to.at - from.at) / 1_000;
    const captured = to.captured - from.captured;
    return {
      contestant: contestant.name,
      conditions,
      rate: Math.min(captured, running.tells === null ? captured : to.told - from.told) / seconds,
      firstCaptureMs,
      cpuMs: perCapture(from.cpu, to.cpu, captured),
      residentMiB: resident,
      doubleCaptures: counts.doubleCaptures,
      disagreement:
        Math.abs(counts.captured - told) +
        (book === null || (book.captured === counts.captured && book.amount === counts.amount)
          ? 0
          : Math.max(1, Math.abs(book.captured - counts.captured))),
      refused: counts.refused,
    };
  } finally {
    await running.process.stop('SIGKILL');
    await running.cleanUp();
  }
}

interface Standing {
  readonly at: number;
  readonly captured: number;
  readonly told: number;
  readonly cpu: CpuSeconds | null;
}

async function standing(arena: Arena, { tells, process: { pid } }: Running): Promise<Standing> {
  const [{ captured }, told, cpu] = await Promise.all([
    arena.provider.counts(),
    tells === null ? 0 : countOf(arena.admin, tells),
    readCpu({ contestant: [pid], provider: arena.provider.pid }),
  ]);
  return { at: performance.now(), captured, told, cpu };
}

async function untilFirstCapture(arena: Arena, { name }: Contestant, running: Running): Promise<void> {
  await waitUntil(
    async () => {
      if (!running.process.isRunning())
        throw new Error(`${name} ended: ${await running.process.recentOutput()}`);
      return (await arena.provider.counts()).captured > 0;
    },
    {
      deadlineMs: START_DEADLINE_MS,
      signal: arena.signal,
      onDeadline: () => new Error(`${name} captured nothing in ${String(START_DEADLINE_MS / 1_000)} s`),
      everyMs: 20,
    },
  );
}

function perCapture(from: CpuSeconds | null, to: CpuSeconds | null, captured: number): RoundResult['cpuMs'] {
  if (from === null || to === null || captured === 0) return null;
  const of = (part: keyof CpuSeconds): number => ((to[part] - from[part]) / captured) * 1_000;
  return {
    contestant: of('contestant'),
    provider: of('provider'),
    kafka: of('kafka'),
    postgres: of('postgres'),
    bench: of('bench'),
    other: of('other'),
  };
}
