import type { RunningProcess, Scene } from './scene.js';

/** The demo's worker: started again if somebody kills it, as a supervisor would. */
export interface AttendedWorker {
  current(): RunningProcess;
  /** Starts it again if it was killed; throws if it ended by itself. */
  check(): Promise<void>;
  /** Stops it in order; throws if it doesn't end well. */
  stop(): Promise<void>;
}

export async function attendWorker(scene: Scene, say: (line: string) => void): Promise<AttendedWorker> {
  let worker = await scene.startWorker();
  return {
    current: () => worker,
    check: async () => {
      if (worker.isRunning()) return;
      const how = await worker.ended;
      if (!how.startsWith('SIG')) throw await failure('The worker ended', how, worker);
      say(`\nThe worker was killed (${how}); starting it again.`);
      worker = await scene.startWorker();
    },
    stop: async () => {
      await worker.stop();
      const how = await worker.ended;
      if (how !== 'exit code 0') throw await failure('The worker did not stop cleanly', how, worker);
    },
  };
}

async function failure(what: string, how: string, worker: RunningProcess): Promise<Error> {
  const lines = (await worker.recentOutput()).trimEnd().split('\n');
  return new Error(`${what} (${how}). The end of its log:\n${lines.slice(-5).join('\n')}`);
}
