import { onLauncherDeath } from './launcher.js';

/** Aborts when this process is told to stop: by a signal, or since the npm that runs it is gone. From then on it must end by itself. */
export function toldToStop(env: NodeJS.ProcessEnv): AbortSignal {
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  onLauncherDeath(env, stop);
  return stopping.signal;
}
