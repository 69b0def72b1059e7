import type { Edit } from '../../dev/edited-modules/edit.js';
import { registerEdits } from '../../dev/edited-modules/register.js';
import { ARRIVE, crashEdit } from './arrive.js';
import { SKEW_EDIT, SKEW_MS } from './clock-skew.js';
import { crashPoint } from './points.js';
import { readCrashSettings } from './settings.js';

/**
 * Loaded before a worker (`node --import`), in proofs alone: has it kill itself (`kill -9`) at a point in its own code, or tell a wrong time.
 * The worker's code knows nothing of it.
 *
 * It counts arrivals from when it is armed, by SIGUSR2: so what happens before, as the start, doesn't count. The same signal sets a wrong clock
 * right.
 */
const settings = readCrashSettings(process.env);

const edits: Edit[] = [];
if (settings.skewMs !== null) edits.push(SKEW_EDIT);
if (settings.crash !== null) edits.push(crashEdit(crashPoint(settings.crash.point)));

registerEdits(edits);

Reflect.set(globalThis, SKEW_MS, settings.skewMs ?? 0);
let left = settings.crash?.arrival ?? 0;
let isArmed = false;
process.on('SIGUSR2', () => {
  isArmed = true;
  Reflect.set(globalThis, SKEW_MS, 0);
});

Reflect.set(globalThis, ARRIVE, (afterMs: number): void => {
  if (!isArmed) return;
  left -= 1;
  if (left !== 0) return;
  if (afterMs === 0) process.kill(process.pid, 'SIGKILL');
  else setTimeout(() => process.kill(process.pid, 'SIGKILL'), afterMs);
});
