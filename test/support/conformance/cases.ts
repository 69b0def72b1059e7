import { CLAIM_CASES } from './claim-cases.js';
import type { ConformanceCase } from './case.js';

/** What every store must do, whatever it is made of. */
export const CASES: readonly ConformanceCase[] = [...CLAIM_CASES];
