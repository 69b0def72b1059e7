import type { Cast } from './cast.js';
import type { PlayOptions } from './play.js';
import type { Scene } from './scene.js';

/** Leaves everything running, says how to reach it, and waits until somebody ends it. */
export async function keepUp(
  scene: Scene,
  cast: Cast,
  { say, signal }: Pick<PlayOptions, 'say' | 'signal'>,
): Promise<void> {
  say('Everything is left running. To look around:\n');
  for (const [name, value] of Object.entries(scene.env)) {
    // These two belong to the worker's process, not to whoever looks around.
    if (name !== 'PATH' && name !== 'NODE_OPTIONS') say(`export ${name}='${value}'`);
  }
  say(
    `\nMetrics: ${cast.workers[0]?.current().url ?? ''}/metrics   Book: ${scene.sandbox.adminUrl}/book   Logs: ${scene.folder}`,
  );
  say(
    'npx capture-worker captures list   npm run demo:tamper -- posting|message|row   removes one, past all guards.\n' +
      'Enter compares once more, and ends it. Ctrl-C does too, but npm then hides the exit code.',
  );
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
    if (process.stdin.isTTY) {
      process.stdin.once('data', () => {
        resolve();
      });
    }
  });
  process.stdin.pause();
  clearInterval(keepAlive);
}
