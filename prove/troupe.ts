import type { Attended } from '../dev/demo/attend.js';
import { attend } from '../dev/demo/attend.js';
import { startMessenger } from '../dev/demo/cast.js';
import type { MessageGateway } from '../dev/demo/message-gateway.js';
import { startMessageGateway } from '../dev/demo/message-gateway.js';
import type { RunningWorker, Variables } from '../dev/demo/programs.js';
import type { Scene } from '../dev/demo/scene.js';
import type { Between, WorkerStart } from './fault.js';

/** Every process of a run beside the sandbox, started again when it is killed. */
export interface Troupe {
  readonly workers: readonly Attended<RunningWorker>[];
  readonly ledger: Attended;
  readonly messenger: Attended;
  readonly gateway: MessageGateway;
  /** Starts a worker that nobody attends to. */
  startExtra(settings?: Variables): Promise<RunningWorker>;
  /** The names of the workers that run now, as the database knows them. */
  workerIds(): readonly string[];
  isUp(): boolean;
  /** What went wrong so far: who ended by itself, or not in order. */
  troubles(): readonly string[];
  /** Stops all in order, once. */
  stop(): Promise<void>;
}

export interface TroupeOptions {
  readonly workers: readonly WorkerStart[];
  readonly between: Between;
  readonly notifyPort: number;
  readonly random: () => number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 100;

/** The first worker is up before the others begin: so it is the one that publishes the events. */
export async function startTroupe(scene: Scene, options: TroupeOptions): Promise<Troupe> {
  const { say } = options;
  const gateway = await startMessageGateway();
  const [first, ledger, messenger] = await Promise.all([
    attendWorker(scene, 0, options),
    attend('The ledger', () => scene.startExample('ledger', {}), say),
    attend('The messenger', () => startMessenger(scene, gateway), say),
  ]);
  const others = await Promise.all(
    options.workers.slice(1).map((_, index) => attendWorker(scene, index + 1, options)),
  );
  const workers = [first, ...others];
  const extras: RunningWorker[] = [];
  const troubles: string[] = [];
  const given = new Set<Attended>();
  const all: readonly Attended[] = [...workers, ledger, messenger];

  async function look(one: Attended): Promise<void> {
    if (given.has(one)) return;
    try {
      await one.check();
    } catch (error) {
      given.add(one);
      troubles.push(textOf(error));
    }
  }
  const looking = setInterval(() => {
    for (const one of all) void look(one);
  }, LOOK_EVERY_MS);

  async function stopOne(one: Attended): Promise<void> {
    if (given.has(one)) return;
    try {
      await one.stop();
    } catch (error) {
      troubles.push(textOf(error));
    }
  }

  async function stopAll(): Promise<void> {
    clearInterval(looking);
    await Promise.all([...all.map(stopOne), ...extras.map((extra) => extra.stop())]);
    await gateway.close();
  }
  let stopping: Promise<void> | null = null;

  return {
    workers,
    ledger,
    messenger,
    gateway,
    startExtra: async (settings = {}) => {
      const extra = await scene.startWorker({ ...(await options.between.settings()), ...settings });
      extras.push(extra);
      return extra;
    },
    workerIds: () => [
      ...workers.map((worker) => worker.current().workerId),
      ...extras.filter((extra) => extra.isRunning()).map(({ workerId }) => workerId),
    ],
    isUp: () => all.every((one) => given.has(one) || one.isUp()),
    troubles: () => troubles,
    stop: () => (stopping ??= stopAll()),
  };
}

async function attendWorker(
  scene: Scene,
  index: number,
  { workers, between, notifyPort, random, say, signal }: TroupeOptions,
): Promise<Attended<RunningWorker>> {
  const { settings, build } = workers[index] ?? {};
  const other = await build?.(signal);
  const always: Variables = index === 0 ? { CAPTURE_WORKER_NOTIFY_PORT: String(notifyPort) } : {};
  let isFirst = true;
  const start = async (): Promise<RunningWorker> => {
    const own = isFirst ? settings?.(random) : {};
    isFirst = false;
    const through = await between.settings();
    return scene.startWorker({ ...always, ...through, ...other?.settings, ...own }, other);
  };
  return attend(`Worker ${String(index + 1)}`, start, say);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
