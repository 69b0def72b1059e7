import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './process-table.js';
import type { GuardedProcess } from './protocol.js';

/** Sends a signal and says whether there was anyone to receive it. A negative pid means the whole group. */
export function trySignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends process groups: asks each leader with its own signal, gives it its own grace, then kills what is left of the group.
 * Resolves when the leaders are gone, or 5 s after the kill (a process that the kernel can't kill must not hold us for ever).
 */
export async function endGroups(processes: Iterable<GuardedProcess>): Promise<void> {
  await Promise.all([...processes].map(endGroup));
}

async function endGroup({ pid, signal, graceMs }: GuardedProcess): Promise<void> {
  if (trySignal(pid, signal)) await untilGone(pid, graceMs);
  // Whoever doesn't lead a group has none.
  if (!trySignal(-pid, 'SIGKILL')) trySignal(pid, 'SIGKILL');
  await untilGone(pid, 5000);
}

async function untilGone(pid: number, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  while (isAlive(pid) && performance.now() < deadline) await sleep(20);
}
