import type { Edit } from '../../dev/edited-modules/edit.js';

/** How wrong the clock is by now, in ms. `register.ts` keeps it. */
export const SKEW_MS = '__proveSkewMs';

/** The worker's wall clock, wrong by that much. What measures durations is left alone: no clock on the wall moves that. */
export const SKEW_EDIT: Edit = {
  module: 'src/system-clock.js',
  anchor: 'now: () => new Date(),',
  where: 'instead',
  code: `now: () => new Date(Date.now() + globalThis.${SKEW_MS}),`,
};
