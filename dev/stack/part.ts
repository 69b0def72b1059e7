import type { Crew, Job, Worker } from './crew.js';
import { StackError } from './errors.js';
import { lastLines } from './log-file.js';
import { isFree, freePorts } from './ports.js';
import { TITLES, type PartName, type ProgressEvent } from './progress.js';
import { waitUntil } from './wait-until.js';

/** How one kind of part is prepared, run and asked whether it is ready. The first port is the one that clients use. */
export interface PartRecipe {
  name: PartName;
  portCount: number;
  /** Once before the first start: downloads, formats. */
  prepare(): Promise<void>;
  /** Before each start. */
  configure?(ports: readonly number[]): Promise<void>;
  job(ports: readonly number[]): Job;
  /** Whether the part that we started (and no foreign one on its port) answers. Errors count as no. */
  isReady(ports: readonly number[]): Promise<boolean>;
  /** After the first readiness of each start. */
  finish?(ports: readonly number[]): Promise<void>;
  /** The signal after which its data looks as after a crash. */
  crashSignal: NodeJS.Signals;
  /** The value for the environment. */
  address(ports: readonly number[]): string;
}

export interface PartContext {
  crew: Crew;
  /** Ports to use if they are free. */
  preferredPorts: readonly number[] | undefined;
  /** The port that it must have, if the user asked for one. */
  fixedPort: number | undefined;
  signal: AbortSignal;
  report: (event: ProgressEvent) => void;
  /** Called when it ends though nobody stopped it. */
  onUnexpectedEnd: (part: PartName, error: StackError) => void;
}

/** How a part is stopped: in order, or so that its data looks as after a crash. */
export type StopKind = 'stop' | 'crash';

/** One running part of the stack. */
export interface Part {
  readonly name: PartName;
  pid(): number | undefined;
  ports(): readonly number[];
  address(): string;
  /** The first start takes free ports; later ones take the same again. */
  start(): Promise<void>;
  stop(how: StopKind): Promise<void>;
}

const READY_WITHIN_MS = 90_000;
const PORT_ATTEMPTS = 5;
const PORT_FREE_WITHIN_MS = 10_000;
const TAKEN = /address already in use|already bound|BindException/i;

export function createPart(recipe: PartRecipe, context: PartContext): Part {
  const title = TITLES[recipe.name];
  let ports: readonly number[] = [];
  let worker: Worker | undefined;

  async function startFirst(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      ports = await choosePorts(recipe, context);
      try {
        await startOn(ports);
        return;
      } catch (error) {
        // Between our look at the port and its use another took it.
        const again =
          error instanceof StackError && error.code === 'STACK_PORT_TAKEN' && context.fixedPort === undefined;
        if (!again || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  async function startAgain(): Promise<void> {
    await waitUntil(async () => !(await Promise.all(ports.map(isFree))).includes(false), {
      deadlineMs: PORT_FREE_WITHIN_MS,
      signal: context.signal,
      onDeadline: () => portTaken(title, ports),
    });
    await startOn(ports);
  }

  async function startOn(on: readonly number[]): Promise<void> {
    await recipe.configure?.(on);
    const started = await context.crew.start(recipe.job(on));
    worker = started;
    await waitUntil(
      async () => {
        if (!started.isRunning()) throw await startFailure(title, started, on);
        return answers(recipe, on);
      },
      { deadlineMs: READY_WITHIN_MS, signal: context.signal, onDeadline: () => silent(title) },
    );
    await recipe.finish?.(on);
    void started.ended.then(async (how) => {
      if (worker !== started || context.signal.aborted) return;
      const error = new StackError('STACK_PART_FAILED', `${title} ended by itself (${how}).`, {
        logTail: lastLines(await started.recentOutput()),
      });
      context.onUnexpectedEnd(recipe.name, error);
    });
  }

  return {
    name: recipe.name,
    pid: () => (worker?.isRunning() === true ? worker.pid : undefined),
    ports: () => ports,
    address: () => recipe.address(ports),
    start: async () => {
      const begun = performance.now();
      const first = ports.length === 0;
      if (first) await recipe.prepare();
      context.report({ part: recipe.name, step: 'starting' });
      await (first ? startFirst() : startAgain());
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      context.report({ part: recipe.name, step: 'ready', detail: `port ${ports[0] ?? '?'}, ${seconds} s` });
    },
    stop: async (how) => {
      const stopping = worker;
      worker = undefined;
      await stopping?.stop(how === 'crash' ? recipe.crashSignal : undefined);
    },
  };
}

async function choosePorts(recipe: PartRecipe, context: PartContext): Promise<readonly number[]> {
  const { fixedPort, preferredPorts } = context;
  if (fixedPort !== undefined) {
    if (!(await isFree(fixedPort))) throw portTaken(TITLES[recipe.name], [fixedPort]);
    return [fixedPort, ...(await freePorts(recipe.portCount - 1))];
  }
  if (
    preferredPorts?.length === recipe.portCount &&
    !(await Promise.all(preferredPorts.map(isFree))).includes(false)
  ) {
    return preferredPorts;
  }
  return freePorts(recipe.portCount);
}

async function answers(recipe: PartRecipe, ports: readonly number[]): Promise<boolean> {
  try {
    return await recipe.isReady(ports);
  } catch {
    return false;
  }
}

async function startFailure(title: string, worker: Worker, ports: readonly number[]): Promise<StackError> {
  const [how, output] = await Promise.all([worker.ended, worker.recentOutput()]);
  if (TAKEN.test(output)) return portTaken(title, ports);
  return new StackError(
    'STACK_PART_FAILED',
    `${title} ended while it was starting (${how}): its log says why.`,
    {
      logTail: lastLines(output),
    },
  );
}

export function portTaken(title: string, ports: readonly number[]): StackError {
  return new StackError(
    'STACK_PORT_TAKEN',
    `${title} can't have port ${ports.join(' or ')} on 127.0.0.1: another process has it; stop that one or choose another port.`,
  );
}

function silent(title: string): StackError {
  return new StackError(
    'STACK_PART_SILENT',
    `${title} did not answer within ${READY_WITHIN_MS / 1000} s: its log says why; on a busy machine, try again.`,
  );
}
