import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { endGroups } from './kill.js';
import { applyMessage, decodeMessage, nothingGuarded } from './protocol.js';

// The watchdog of one process. It is told over its standard input what must not outlive that process, and the end of that input
// without a goodbye means that the process is dead, however it died: the kernel closes the pipe even after kill -9.

// Signals meant for everybody (Ctrl-C, a closing terminal, a container's stop) must not take the one that cleans up afterwards.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => undefined);
process.stdout.on('error', () => undefined).write('ready\n');

const guarded = nothingGuarded();
try {
  for await (const line of createInterface({ input: process.stdin })) {
    const message = decodeMessage(line);
    if (message) applyMessage(guarded, message);
  }
} catch {
  // A broken pipe says the same as its end.
}
if (!guarded.goodbye) {
  await endGroups(guarded.processes.values());
  for (const path of guarded.folders) {
    await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
