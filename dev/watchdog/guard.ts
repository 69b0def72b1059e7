import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { encodeMessage, type GuardedProcess, type GuardMessage } from './protocol.js';

/**
 * Ties processes and folders to the life of this process: if it dies without `close`, even by kill -9, a watchdog ends the process
 * groups and removes the folders. Each call resolves once the kernel holds the message, from when on it is honoured.
 */
export interface Guard {
  /** The watchdog's own process id. */
  readonly pid: number;
  /**
   * `pid` must lead a process group of its own (spawned with `detached`). On our death it gets `signal` (default SIGTERM), and its
   * group is killed after `graceMs` (default 2000).
   */
  addProcess(pid: number, options?: Partial<Omit<GuardedProcess, 'pid'>>): Promise<void>;
  /** To be called as soon as the process has ended, since its id may be given to another. */
  removeProcess(pid: number): Promise<void>;
  /** A folder or file that is removed on our death, once all guarded processes are gone. */
  addFolder(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  /** The watchdog ends and leaves everything as it is. */
  close(): Promise<void>;
}

/** Starts a watchdog. It doesn't keep this process alive. Throws if it can't be started. */
export async function startGuard(): Promise<Guard> {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    cwd: '/',
    // None of our environment: options for Node (a debugger's port, a coverage folder) are not meant for it.
    env: { PATH: process.env['PATH'] },
    // A session of its own: a Ctrl-C in the terminal must not reach it.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { pid, stdin, stdout } = child;
  // A dead watchdog must not take down what it guards.
  stdin.on('error', () => undefined);
  // Until it says so, a signal could still end it.
  const ready = await Promise.race([
    once(stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (pid === undefined || !ready) throw new Error('The watchdog process could not be started.');
  stdout.destroy();
  child.unref();
  if (stdin instanceof Socket) stdin.unref();

  const send = (message: GuardMessage): Promise<void> =>
    new Promise((resolve) => {
      stdin.write(encodeMessage(message), () => {
        resolve();
      });
    });
  let closed: Promise<void> | undefined;
  return {
    pid,
    addProcess: (leader, options = {}) =>
      send({ op: 'process', signal: 'SIGTERM', graceMs: 2000, ...options, pid: leader }),
    removeProcess: (leader) => send({ op: 'forget-process', pid: leader }),
    addFolder: (path) => send({ op: 'folder', path }),
    removeFolder: (path) => send({ op: 'forget-folder', path }),
    close: () => (closed ??= dismiss(child, stdin)),
  };
}

async function dismiss(child: ChildProcess, stdin: NodeJS.WritableStream): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.ref();
  stdin.end(encodeMessage({ op: 'goodbye' }));
  await ended;
}
