import type { Edit } from './edit.js';

/** The worker's wall clock, so many ms wrong. What measures durations is left alone: no clock on the wall moves that. */
export function skewEdit(ms: number): Edit {
  return {
    module: 'src/system-clock.js',
    anchor: 'now: () => new Date(),',
    where: 'instead',
    code: `now: () => new Date(Date.now() + ${String(ms)}),`,
  };
}
