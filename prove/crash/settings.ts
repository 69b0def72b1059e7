import type { Variables } from '../../dev/demo/programs.js';

/** What a process that is made to fail is told by its environment. */
export interface CrashSettings {
  /** Where it dies, and at which arrival there once it is armed, from 1. */
  readonly crash: { readonly point: string; readonly arrival: number } | null;
  /** How wrong its clock is. */
  readonly skewMs: number | null;
}

const POINT = 'PROVE_CRASH_POINT';
const ARRIVAL = 'PROVE_CRASH_ARRIVAL';
const SKEW = 'PROVE_CLOCK_SKEW_MS';

/** Throws if an arrival or a skew is no number. */
export function readCrashSettings(env: NodeJS.ProcessEnv): CrashSettings {
  const point = env[POINT];
  return {
    crash: point === undefined ? null : { point, arrival: wholeNumberIn(env, ARRIVAL) },
    skewMs: env[SKEW] === undefined ? null : wholeNumberIn(env, SKEW),
  };
}

function wholeNumberIn(env: NodeJS.ProcessEnv, name: string): number {
  const text = env[name] ?? '';
  if (!/^-?\d+$/.test(text)) throw new Error(`${name} is no whole number`);
  return Number(text);
}

/** The environment of a worker that is to fail so. */
export function crashVariables({ crash, skewMs }: CrashSettings, options: string): Variables {
  const register = new URL('register.js', import.meta.url).href;
  return {
    NODE_OPTIONS: `${options} --import ${register}`.trim(),
    ...(crash === null ? {} : { [POINT]: crash.point, [ARRIVAL]: String(crash.arrival) }),
    ...(skewMs === null ? {} : { [SKEW]: String(skewMs) }),
  };
}
