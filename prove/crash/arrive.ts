import type { Edit } from '../../dev/edited-modules/edit.js';
import type { CrashPoint } from './points.js';

/** What tells the process that it has come to its point. `register.ts` gives it this. */
export const ARRIVE = '__proveArrive';

/** The point as a change of its module. */
export function crashEdit({ when, afterMs, ...edit }: CrashPoint): Edit {
  const arrive = `globalThis.${ARRIVE}(${String(afterMs ?? 0)});`;
  return { ...edit, code: when === undefined ? arrive : `if (${when}) ${arrive}` };
}
