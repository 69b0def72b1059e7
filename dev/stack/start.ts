import { join, resolve } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import { startGuard, type Guard } from '../watchdog/guard.js';
import { createCrew } from './crew.js';
import { openDataFolder } from './data-folder.js';
import type { StackError } from './errors.js';
import { existingAddress } from './existing.js';
import { createPart, type Part, type PartContext } from './part.js';
import { preflight } from './preflight.js';
import {
  PARTS,
  progressLine,
  withoutPassword,
  type PartName,
  type ProgressEvent,
  type ProgressListener,
} from './progress.js';
import { recipeFor, type Site } from './recipes.js';
import { postgresUser } from './run-as.js';
import { readSettings, writeSettings, type StackSettings } from './settings.js';
import { createStack, type Stack } from './stack.js';
import { throwIfStopped } from './wait-until.js';

export type { Stack, StackEnv } from './stack.js';

export interface StackOptions {
  /** KAFKA_BROKERS, SCHEMA_REGISTRY_URL and DATABASE_URL in it each replace the part; PATH and JAVA_HOME find java and mvn. */
  env: NodeJS.ProcessEnv;
  progress?: ProgressListener;
  /** A folder to keep the data in, for the next start to find. Without it the data is temporary and goes with the stack. */
  dataDir?: string;
  /** Where each part's log goes; a folder inside the data folder unless given. */
  logDir?: string;
  /** Where downloads are kept; `.cache/stack` in the package's folder unless given. */
  cacheDir?: string;
  /** Ports that parts must have. Others get free ones. */
  ports?: Partial<Record<PartName, number>>;
  /** Gives the start up, in order. It has no effect once the stack is up. */
  signal?: AbortSignal;
  /** Called when a part ends that nobody stopped. */
  onUnexpectedEnd?: (part: PartName, error: StackError) => void;
}

/**
 * Starts Kafka, the schema registry and PostgreSQL, but for those that the environment names, and resolves when all answer. If it
 * can't, it leaves nothing behind and throws a StackError that says what to do. If this process dies, a watchdog ends them.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  if (options.signal) throwIfStopped(options.signal);
  const guard = await startGuard();
  try {
    return await startGuarded(options, guard);
  } catch (error) {
    await guard.close();
    throw error;
  }
}

async function startGuarded(options: StackOptions, guard: Guard): Promise<Stack> {
  const { env } = options;
  const cacheDir = resolve(options.cacheDir ?? join(packageRoot(), '.cache', 'stack'));
  const { existing, wanted } = divide(options);
  const { java } = await preflight({ env, cacheDir, wanted, existing });
  const runAs = wanted.has('postgres') ? await postgresUser() : undefined;
  const folder = await openDataFolder({ keepIn: options.dataDir, runAs, guard });
  const logDir = resolve(options.logDir ?? join(folder.path, 'logs'));
  const crew = createCrew(guard);
  const controller = new AbortController();
  const { signal } = controller;
  const giveUp = (): void => {
    controller.abort();
  };
  // A program that is waited for (a download, a format) must end too, else the wait for it would not.
  signal.addEventListener('abort', () => void crew.disband());
  const end = async (): Promise<void> => {
    giveUp();
    await crew.disband();
    await folder.release();
  };
  options.signal?.addEventListener('abort', giveUp);
  try {
    if (options.signal) throwIfStopped(options.signal);
    const settings = await readSettings(folder.path);
    // Before there is any data: it could not be opened without them.
    if (folder.kept) await writeSettings(folder.path, settings);
    const report = (event: ProgressEvent): void => options.progress?.(progressLine(event), event);
    const site: Site = { env, cacheDir, logDir, java, runAs, folder, settings, crew, guard, signal, report };
    const parts = [...wanted].map(([name, port]) =>
      createPart(recipeFor(name, site), contextOf(name, port, site, options)),
    );
    for (const [part, address] of existing)
      report({ part, step: 'existing', detail: withoutPassword(address) });
    await startAll(parts, site, giveUp);
    if (folder.kept) await rememberPorts(folder.path, settings, parts);
    return createStack({ dataDir: folder.path, logDir, guard, parts, existing, report, end });
  } catch (error) {
    await end();
    // What was stopped on purpose fails in many ways.
    if (options.signal) throwIfStopped(options.signal);
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
}

/** Which parts are there already, with their addresses, and which are to be started, with the ports that they must have. */
function divide({ env, ports }: StackOptions): {
  existing: Map<PartName, string>;
  wanted: Map<PartName, number | undefined>;
} {
  const existing = new Map<PartName, string>();
  const wanted = new Map<PartName, number | undefined>();
  for (const part of PARTS) {
    const address = existingAddress(part, env);
    if (address === undefined) wanted.set(part, ports?.[part]);
    else existing.set(part, address);
  }
  return { existing, wanted };
}

function contextOf(name: PartName, port: number | undefined, site: Site, options: StackOptions): PartContext {
  return {
    crew: site.crew,
    preferredPorts: site.settings.ports[name],
    fixedPort: port,
    signal: site.signal,
    report: site.report,
    onUnexpectedEnd: options.onUnexpectedEnd ?? (() => undefined),
  };
}

/** All at once; the first that fails stops the others, and its error is thrown when they have ended. */
async function startAll(parts: readonly Part[], { report, signal }: Site, giveUp: () => void): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    parts.map(async (part) => {
      try {
        await part.start();
      } catch (error) {
        failures.push(error);
        if (!signal.aborted) report({ part: part.name, step: 'failed' });
        giveUp();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}

async function rememberPorts(
  dataDir: string,
  settings: StackSettings,
  parts: readonly Part[],
): Promise<void> {
  const ports = Object.fromEntries(parts.map((part) => [part.name, [...part.ports()]]));
  await writeSettings(dataDir, { ...settings, ports: { ...settings.ports, ...ports } });
}
