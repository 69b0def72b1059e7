import type { Worker } from '../dev/stack/crew.js';
import { freePort } from '../dev/stack/ports.js';
import { waitUntil } from '../dev/stack/wait-until.js';
import type { AccountSettings } from './accounts.js';
import { writeAccounts } from './accounts.js';
import type { Arena } from './arena.js';
import { startProgram } from './program.js';

/** docs/configuration.md, Memory. */
const FLAGS = ['--max-old-space-size=192', '--max-semi-space-size=24', '--heap-growing-percent=100'];
const READY_DEADLINE_MS = 30_000;

/** What a worker reads, where it writes, and through which accounts it captures. */
export interface WorkerSettings {
  readonly group: string;
  readonly prefix: string;
  readonly databaseUrl: string;
  readonly inFlight: number;
  readonly accounts: readonly AccountSettings[];
}

/** A worker as it is built and configured for production. */
export interface BenchWorker {
  readonly process: Worker;
  /** When it was started, by performance.now(). */
  readonly startedAt: number;
  /** Resolves when it takes orders. */
  ready(): Promise<void>;
  /** Its page of metrics. */
  metrics(): Promise<string>;
}

export async function startWorker(arena: Arena, settings: WorkerSettings): Promise<BenchWorker> {
  const port = String(await freePort());
  const env = {
    ...arena.stack.env,
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: settings.databaseUrl,
    CAPTURE_WORKER_ACCOUNTS_FILE: await writeAccounts(arena, settings.accounts),
    CAPTURE_WORKER_TOPIC_PREFIX: settings.prefix,
    CAPTURE_WORKER_GROUP: settings.group,
    CAPTURE_WORKER_MAX_IN_FLIGHT: String(settings.inFlight),
    CAPTURE_WORKER_HTTP_PORT: port,
    CAPTURE_WORKER_NOTIFY_PORT: String(await freePort()),
  };
  const startedAt = performance.now();
  const process_ = await startProgram(arena, {
    title: 'capture-worker',
    program: 'src/cli/main.js',
    args: ['start'],
    env,
    nodeArgs: FLAGS,
    graceMs: 60_000,
  });
  return {
    process: process_,
    startedAt,
    ready: () =>
      waitUntil(
        async () => {
          const output = await process_.recentOutput();
          if (!process_.isRunning()) throw new Error(`the worker ended: ${output}`);
          return output.includes('ready: taking orders');
        },
        {
          deadlineMs: READY_DEADLINE_MS,
          signal: arena.signal,
          onDeadline: () => new Error('the worker did not become ready'),
        },
      ),
    metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
  };
}
