import type { FailureCategory } from '../../capture/outcome.js';

/** What a trade's state means for its capture. */
export type StateMeaning =
  | { readonly is: 'captured' }
  | { readonly is: 'authorised' }
  | { readonly is: 'in_process' }
  | { readonly is: 'declined'; readonly category: FailureCategory }
  | { readonly is: 'cancelled' }
  | { readonly is: 'unknown' };

/** One state: its name, the number that YabandPay lists it under (null if none), and its meaning. */
export interface YabandpayState {
  readonly name: string;
  readonly code: string | null;
  readonly meaning: StateMeaning;
}

const CAPTURED: StateMeaning = { is: 'captured' };
const IN_PROCESS: StateMeaning = { is: 'in_process' };
const CANCELLED: StateMeaning = { is: 'cancelled' };
const declined = (category: FailureCategory): StateMeaning => ({ is: 'declined', category });

/**
 * The states of a trade, wherever they are told: in the answer to a capture, to an inquiry, in a notification.
 *
 * `completed` is left out on purpose. YabandPay's pages know it as a state of payouts only, and shop plugins use it for orders; what it
 * would say of a capture nobody has written down, so it decides nothing, like every other word that isn't in here.
 */
export const YABANDPAY_STATES: readonly YabandpayState[] = [
  { name: 'paid', code: '00', meaning: CAPTURED },
  { name: 'authorized', code: '01', meaning: { is: 'authorised' } },
  { name: 'pending', code: '02', meaning: IN_PROCESS },
  { name: 'processing', code: '03', meaning: IN_PROCESS },
  // Paid, and held for a review of its risk: the review may yet undo it.
  { name: 'verify', code: '04', meaning: IN_PROCESS },
  { name: 'new', code: null, meaning: IN_PROCESS },

  { name: 'declined', code: '05', meaning: declined('other') },
  { name: 'failed', code: '06', meaning: declined('other') },
  { name: 'expired', code: '07', meaning: declined('expired') },

  { name: 'cancelled', code: '08', meaning: CANCELLED },
  { name: 'canceled', code: null, meaning: CANCELLED },

  // Only what was captured can be refunded, whatever becomes of the refund.
  { name: 'to-be-approval', code: '20', meaning: CAPTURED },
  { name: 'refund pending', code: '21', meaning: CAPTURED },
  { name: 'refund processing', code: '22', meaning: CAPTURED },
  { name: 'refunded', code: '23', meaning: CAPTURED },
  { name: 'refund failed', code: '24', meaning: CAPTURED },
];

const BY_WORD: ReadonlyMap<string, StateMeaning> = new Map(
  YABANDPAY_STATES.flatMap(({ name, code, meaning }): [string, StateMeaning][] => [
    [name, meaning],
    ...(code === null ? [] : [[code, meaning] as [string, StateMeaning]]),
  ]),
);

/** The meaning of a state, by its name (older pages write it with a capital) or by its number of two digits. */
export function meaningOfState(state: string): StateMeaning {
  return BY_WORD.get(state.toLowerCase()) ?? { is: 'unknown' };
}
