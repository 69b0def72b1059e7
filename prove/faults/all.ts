import type { Fault } from '../fault.js';
import { CRASHES } from './crash.js';
import { killedWorker } from './killed-worker.js';

/** Every fault of the campaign, in the order in which it inflicts them. */
export const FAULTS: readonly Fault[] = [killedWorker, ...CRASHES];

/** Those that show most in little time. */
export const QUICK: readonly Fault[] = FAULTS.filter(({ name }) =>
  ['crash-sent-unanswered', 'crash-appended-queued'].includes(name),
);
