import type { Guard } from '../watchdog/guard.js';
import { StackError } from './errors.js';
import { VARIABLES } from './existing.js';
import type { Part, StopKind } from './part.js';
import type { PartName, ProgressEvent } from './progress.js';

/** What to configure the worker with to use the stack. */
export type StackEnv = Readonly<Record<(typeof VARIABLES)[PartName], string>>;

export interface Stack {
  readonly env: StackEnv;
  readonly dataDir: string;
  readonly logDir: string;
  /** Ties further processes and folders to the life of this process, as the stack's own are. */
  readonly guard: Guard;
  /** Of the parts that run now, and of the watchdog. */
  pids(): Partial<Record<PartName | 'watchdog', number>>;
  /** Takes a part away, its port with it, until `resume`. Throws STACK_NOT_OURS for a part that exists outside of the stack. */
  halt(part: PartName, how?: StopKind): Promise<void>;
  /** Brings it back with its ports and its data. */
  resume(part: PartName): Promise<void>;
  restart(part: PartName, how?: StopKind): Promise<void>;
  /** Stops all; afterwards no process and no file is left, but for downloads and a data folder that was asked for. */
  stop(): Promise<void>;
}

export interface StackSource {
  dataDir: string;
  logDir: string;
  guard: Guard;
  parts: readonly Part[];
  /** The addresses of the parts that aren't ours. */
  existing: ReadonlyMap<PartName, string>;
  report: (event: ProgressEvent) => void;
  /** Ends all that was started and lets go of the data folder. */
  end: () => Promise<void>;
}

/** A stack of parts that are up. */
export function createStack({ dataDir, logDir, guard, parts, existing, report, end }: StackSource): Stack {
  const ours = new Map(parts.map((part) => [part.name, part]));
  const partOf = (name: PartName): Part => {
    const part = ours.get(name);
    if (part !== undefined) return part;
    throw new StackError(
      'STACK_NOT_OURS',
      `${VARIABLES[name]} names an existing part: the stack can't stop or start it.`,
    );
  };
  const address = (name: PartName): string => existing.get(name) ?? partOf(name).address();
  const halt: Stack['halt'] = async (name, how = 'stop') => partOf(name).stop(how);
  const resume: Stack['resume'] = async (name) => partOf(name).start();
  const stop = async (): Promise<void> => {
    for (const part of ours.keys()) report({ part, step: 'stopping' });
    await end();
    await guard.close();
    for (const part of ours.keys()) report({ part, step: 'stopped' });
  };
  let stopped: Promise<void> | undefined;
  return {
    env: {
      KAFKA_BROKERS: address('kafka'),
      SCHEMA_REGISTRY_URL: address('registry'),
      DATABASE_URL: address('postgres'),
    },
    dataDir,
    logDir,
    guard,
    pids: () => ({ watchdog: guard.pid, ...pidsOf(parts) }),
    halt,
    resume,
    restart: async (name, how) => {
      await halt(name, how);
      await resume(name);
    },
    stop: () => (stopped ??= stop()),
  };
}

function pidsOf(parts: readonly Part[]): Partial<Record<PartName, number>> {
  const pids: Partial<Record<PartName, number>> = {};
  for (const part of parts) {
    const pid = part.pid();
    if (pid !== undefined) pids[part.name] = pid;
  }
  return pids;
}
