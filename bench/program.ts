import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Crew, Worker } from '../dev/stack/crew.js';
import { packageRoot } from '../src/package-root.js';

/** Where programs of the benchmark run, and their logs stand. */
export interface Place {
  readonly crew: Crew;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Starts a compiled program of this package. */
export async function startProgram(
  { crew, folder }: Place,
  job: {
    title: string;
    program: string;
    args: readonly string[];
    env: NodeJS.ProcessEnv;
    nodeArgs?: readonly string[];
    graceMs?: number;
  },
): Promise<Worker> {
  return crew.start({
    title: job.title,
    command: process.execPath,
    args: [...(job.nodeArgs ?? []), join(packageRoot(), 'dist', job.program), ...job.args],
    cwd: folder,
    env: job.env,
    logFile: join(
      folder,
      `${job.title.replaceAll(/\W+/g, '-').toLowerCase()}-${randomBytes(3).toString('hex')}.log`,
    ),
    deathSignal: 'SIGKILL',
    graceMs: job.graceMs ?? 30_000,
  });
}
