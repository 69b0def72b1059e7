import type { Draws } from './draw.js';
import type { Host } from './host.js';
import { createHost } from './host.js';
import type { LifePlan, WorkerPlan } from './plan.js';
import type { Timeline } from './timeline.js';
import type { SimulatedWorker, WorkerParts } from './worker.js';
import { startWorker } from './worker.js';

/** The place of one worker: whenever it dies, or has stopped, another life of it is started there. */
export interface Slot {
  start(): void;
  /** Who lives there now; null while nobody does. */
  readonly current: { readonly host: Host; readonly worker: SimulatedWorker } | null;
  /** Whether it is up, goes on, and nothing more is planned for it that is sure to come. */
  readonly isSteady: boolean;
  readonly crashes: number;
}

export interface SlotOptions {
  readonly name: string;
  readonly plan: WorkerPlan;
  readonly timeline: Timeline;
  readonly draws: Draws;
  readonly epochMs: number;
  readonly slowness: number;
  readonly partsOf: (host: Host) => WorkerParts;
  /** The host of this name died, or stands still. */
  readonly onUnheard: (host: string) => void;
}

const RESTART_MS = 8_000;
const DRAIN_MS = 8_000;
const UNTROUBLED: LifePlan = { death: null, stills: [] };

export function createSlot(options: SlotOptions): Slot {
  const { name, plan, timeline, draws, epochMs, slowness, partsOf, onUnheard } = options;
  let current: Slot['current'] = null;
  let lives = 0;
  let crashes = 0;
  let isStopping = false;

  function live(): void {
    const hostName = `${name}/${String(lives)}`;
    const { death, stills } = plan.lives[lives] ?? UNTROUBLED;
    lives += 1;
    let worker: SimulatedWorker | null = null;
    const host = createHost({
      name: hostName,
      timeline,
      draws,
      epochMs,
      skewMs: plan.skewMs,
      slowness,
      death,
      stills,
      onStill: () => {
        onUnheard(hostName);
      },
      onDeath: () => {
        crashes += isStopping ? 0 : 1;
        worker?.disconnect();
        onUnheard(hostName);
        end();
      },
    });
    const own = startWorker(partsOf(host));
    worker = own;
    if (host.isUp) current = { host, worker };
    else own.disconnect();
  }

  function end(): void {
    current = null;
    isStopping = false;
    timeline.after(RESTART_MS * draws.number(`${name} restart`), live);
  }

  async function stop(): Promise<void> {
    if (current === null) return;
    const { host, worker } = current;
    const pipeline = await worker.started;
    await pipeline.drain(DRAIN_MS);
    isStopping = true;
    host.die();
  }

  return {
    start: () => {
      timeline.after(2_000 * draws.number(`${name} start`), live);
      if (plan.stopsAt !== null) timeline.after(plan.stopsAt, () => void stop());
    },
    get current() {
      return current;
    },
    get isSteady() {
      return current !== null && current.host.isUp && !current.host.isStill;
    },
    get crashes() {
      return crashes;
    },
  };
}
