import { isAlive, processEntry } from './process-table.js';

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'ash', 'busybox']);
const CHECK_EVERY_MS = 300;

/**
 * Calls back once when the npm that runs this process as a script is gone. npm starts scripts through a shell, so killing npm leaves
 * shell and script running with nobody to stop them. A process that wasn't started by npm may outlive its parent on purpose (nohup):
 * for it nothing is watched. Returns a function that ends the watch; the watch doesn't keep the process alive.
 */
export function onLauncherDeath(env: NodeJS.ProcessEnv, callback: () => void): () => void {
  if (env['npm_lifecycle_event'] === undefined) return () => undefined;
  const parent = process.ppid;
  const launcher = launcherOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && isAlive(launcher)) return;
    clearInterval(timer);
    callback();
  }, CHECK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** The nearest ancestor that isn't a shell. */
function launcherOf(pid: number): number {
  const entry = processEntry(pid);
  if (entry === undefined || entry.parent <= 1) return pid;
  const program = entry.name.slice(entry.name.lastIndexOf('/') + 1);
  return SHELLS.has(program) ? launcherOf(entry.parent) : pid;
}
