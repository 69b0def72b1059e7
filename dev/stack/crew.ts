import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard } from '../watchdog/guard.js';
import { trySignal } from '../watchdog/kill.js';
import { StackError } from './errors.js';
import { fileLength, lastLines, recentText } from './log-file.js';

/** Whom a program runs as, if not as ourselves. */
export interface RunAs {
  name: string;
  uid: number;
  gid: number;
}

export interface Job {
  /** How messages call it, as the start of a sentence. */
  title: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Both output streams are appended here. */
  logFile: string;
  runAs?: RunAs | undefined;
  stopSignal?: NodeJS.Signals;
  /** What ends it if we die; the stop signal unless given. */
  deathSignal?: NodeJS.Signals;
  /** How long after the stop signal the group is killed. */
  graceMs?: number;
}

export interface Worker {
  readonly pid: number;
  /** Resolves with how it ended ("exit code 1", "SIGKILL"). */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  /** What it has written to its log lately. */
  recentOutput(): Promise<string>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** All processes of one stack: started through here, none escapes its end. */
export interface Crew {
  start(job: Job): Promise<Worker>;
  /** Starts it and waits for its end. Throws STACK_PART_FAILED with the log's tail unless the exit code is 0. */
  run(job: Job): Promise<void>;
  /** Stops all and refuses any further start. */
  disband(): Promise<void>;
}

// The program may start only when the watchdog knows its id: if we die before, the shell reads the end of its input and ends too.
const GATE = 'read -r go && exec "$@"';

export function createCrew(guard: Guard): Crew {
  const workers = new Set<Worker>();
  let disbanding: Promise<unknown> | undefined;
  const isDisbanded = (): boolean => disbanding !== undefined;

  async function start(job: Job): Promise<Worker> {
    if (isDisbanded())
      throw new StackError('STACK_STOPPED', `${job.title} is not started: the stack is stopping.`);
    const worker = await launch(job, guard);
    workers.add(worker);
    void worker.ended.then(() => workers.delete(worker));
    // Disbanded while it was being launched: it must not be missed.
    if (isDisbanded()) await worker.stop('SIGKILL');
    return worker;
  }

  return {
    start,
    run: async (job) => {
      const worker = await start(job);
      const how = await worker.ended;
      if (how === 'exit code 0') return;
      throw new StackError('STACK_PART_FAILED', `${job.title} failed (${how}).`, {
        logTail: lastLines(await worker.recentOutput()),
      });
    },
    disband: async () => {
      disbanding ??= Promise.all([...workers].map((worker) => worker.stop()));
      await disbanding;
    },
  };
}

async function launch(job: Job, guard: Guard): Promise<Worker> {
  const signal = job.stopSignal ?? 'SIGTERM';
  const graceMs = job.graceMs ?? 5000;
  await mkdir(dirname(job.logFile), { recursive: true });
  const from = await fileLength(job.logFile);
  const log = await open(job.logFile, 'a');
  const child = spawn('/bin/sh', ['-c', GATE, 'sh', job.command, ...job.args], {
    cwd: job.cwd,
    env: job.env,
    // A group of its own: Ctrl-C in the terminal is ours to handle, in order.
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
    ...(job.runAs && { uid: job.runAs.uid, gid: job.runAs.gid }),
  });
  let running = true;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      running = false;
      resolve(error.message);
    });
    child.once('exit', (code, by) => {
      running = false;
      resolve(by ?? `exit code ${code ?? '?'}`);
    });
  });
  await log.close();
  const { pid, stdin } = child;
  if (pid === undefined || stdin === null) {
    throw new StackError('STACK_PART_FAILED', `${job.title} could not be started: ${await ended}.`);
  }
  stdin.on('error', () => undefined);
  await guard.addProcess(pid, { signal: job.deathSignal ?? signal, graceMs });
  void ended.then(() => guard.removeProcess(pid));
  stdin.end('go\n');

  return {
    pid,
    ended,
    isRunning: () => running,
    recentOutput: () => recentText(job.logFile, from),
    stop: async (by = signal) => {
      if (running) {
        trySignal(pid, by);
        await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
      }
      trySignal(-pid, 'SIGKILL');
      await ended;
    },
  };
}
