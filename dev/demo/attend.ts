import type { Worker } from '../stack/crew.js';
import { EndedEarly } from './programs.js';

/** A process that is started again when somebody kills it, as a supervisor would. */
export interface Attended<Process extends Worker = Worker> {
  /** The process that runs now, or ran last. */
  current(): Process;
  /** Begins to start it again if it was killed, without waiting for that; throws if it ended by itself, or didn't come up again. */
  check(): Promise<void>;
  /** Whether it is up, and not just being started again. */
  isUp(): boolean;
  /** Stops it in order; throws if it doesn't end well. */
  stop(): Promise<void>;
}

/** `title` is how messages call it, as the start of a sentence. */
export async function attend<Process extends Worker>(
  title: string,
  start: () => Promise<Process>,
  say: (line: string) => void,
): Promise<Attended<Process>> {
  let current = await startUnkilled(title, start, say);
  let restart: Restart | null = null;

  return {
    current: () => current,
    isUp: () => restart === null && current.isRunning(),
    check: async () => {
      if (restart !== null) {
        if (restart.failure !== null) throw restart.failure;
        return;
      }
      if (current.isRunning()) return;
      const how = await current.ended;
      if (!how.startsWith('SIG')) throw await failure(`${title} ended`, how, current);
      say(`${title} was killed (${how}); starting it again.`);
      restart = begin(
        () => startUnkilled(title, start, say),
        (process) => {
          current = process;
          restart = null;
        },
      );
    },
    stop: async () => {
      await restart?.over;
      await current.stop();
      const how = await current.ended;
      if (how !== 'exit code 0') throw await failure(`${title} did not stop cleanly`, how, current);
    },
  };
}

/** Starts it, and again if it is killed before it is ready. With another signal it is told to stop. */
async function startUnkilled<Process>(
  title: string,
  start: () => Promise<Process>,
  say: (line: string) => void,
): Promise<Process> {
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof EndedEarly) || error.how !== 'SIGKILL') throw error;
      say(`${title} was killed while it started (${error.how}); starting it again.`);
    }
  }
}

interface Restart {
  /** Why it didn't come up, once that is known. */
  failure: Error | null;
  readonly over: Promise<void>;
}

function begin<Process>(start: () => Promise<Process>, up: (process: Process) => void): Restart {
  const restart: Restart = {
    failure: null,
    over: start().then(up, (error: unknown) => {
      restart.failure = error instanceof Error ? error : new Error(String(error));
    }),
  };
  return restart;
}

async function failure(what: string, how: string, worker: Worker): Promise<Error> {
  const lines = (await worker.recentOutput()).trimEnd().split('\n');
  return new Error(`${what} (${how}). The end of its log:\n${lines.slice(-5).join('\n')}`);
}
