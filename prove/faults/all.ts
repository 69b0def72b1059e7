import type { Fault } from '../fault.js';
import { CLOCK_SKEWS } from './clock-skew.js';
import { CRASHES } from './crash.js';
import { killedSubscribers, killedWorkers } from './killed-others.js';
import { killedWorker } from './killed-worker.js';
import { nul } from './nul.js';
import { PARTS } from './parts.js';
import { poison } from './poison.js';
import { rebalanceStorm } from './rebalance-storm.js';
import { sigterm } from './sigterm.js';
import { twoBuilds } from './two-builds.js';
import { zombie } from './zombie.js';

/** Every fault of the campaign, in the order in which it inflicts them. */
export const FAULTS: readonly Fault[] = [
  killedWorker,
  killedWorkers,
  killedSubscribers,
  ...CRASHES,
  zombie,
  rebalanceStorm,
  sigterm,
  twoBuilds,
  ...CLOCK_SKEWS,
  poison,
  nul,
  ...PARTS,
];

const QUICK_NAMES: ReadonlySet<string> = new Set(['crash-sent-unanswered']);

/** Those that show most in little time. */
export const QUICK: readonly Fault[] = FAULTS.filter(({ name }) => QUICK_NAMES.has(name));
