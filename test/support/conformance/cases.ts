import type { ConformanceCase } from './case.js';
import { CLAIM_CASES } from './claim-cases.js';
import { DUE_CASES } from './due-cases.js';
import { FRESH_CASES } from './fresh-cases.js';
import { NOTIFICATION_CASES } from './notification-cases.js';
import { OPERATOR_CASES } from './operator-cases.js';
import { OUTBOX_CASES } from './outbox-cases.js';
import { RECORD_CASES } from './record-cases.js';
import { START_CASES } from './start-cases.js';
import { WAKE_CASES } from './wake-cases.js';

/** What every store must do, whatever it is made of. */
export const CASES: readonly ConformanceCase[] = [
  ...CLAIM_CASES,
  ...START_CASES,
  ...RECORD_CASES,
  ...FRESH_CASES,
  ...DUE_CASES,
  ...WAKE_CASES,
  ...NOTIFICATION_CASES,
  ...OUTBOX_CASES,
  ...OPERATOR_CASES,
];
