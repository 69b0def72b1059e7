import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Done, Work } from './work.js';

/** One process that runs schedules; as a mutant, if it is given the name of one. */
export interface Hand {
  /** Rejects if the process ends. One piece of work at a time. */
  work(work: Work): Promise<Done>;
  dismiss(): void;
}

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const MUTATE = new URL('mutate.js', import.meta.url).href;

export function hire(mutant: string | null = null): Hand {
  const child: ChildProcess = fork(MAIN, {
    ...(mutant !== null && { execArgv: ['--import', MUTATE] }),
    env: { ...process.env, ...(mutant !== null && { SIMULATION_MUTANT: mutant }) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    work: (work) =>
      new Promise((resolve, reject) => {
        const fail = (code: number | null): void => {
          reject(new Error(`a process of the simulation ended with ${String(code)}`));
        };
        child.once('exit', fail);
        child.once('message', (done) => {
          child.off('exit', fail);
          resolve(done as Done);
        });
        child.send(work);
      }),
    dismiss: () => {
      child.kill('SIGKILL');
    },
  };
}
