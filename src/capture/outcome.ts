/** Why a capture failed, in the words of this system. Published as a string: more will come, so subscribers must expect unknown ones. */
export const FAILURE_CATEGORIES = [
  'expired',
  'cancelled',
  'not_found',
  'amount',
  'currency',
  'funds',
  'risk',
  'account',
  'unsupported',
  'limit',
  'conflict',
  'invalid_request',
  'cancelled_by_operator',
  'other',
] as const;
export type FailureCategory = (typeof FAILURE_CATEGORIES)[number];

/**
 * Why a capture has no outcome yet. `not_sent`: nothing has left for the provider for longer than the configured wait; the other three
 * follow from what the provider answered, or didn't.
 */
export const PENDING_REASONS = ['unknown', 'in_process', 'integrity_mismatch', 'not_sent'] as const;
export type PendingReason = (typeof PENDING_REASONS)[number];

/**
 * Whether the customer must authorise again before this order can be charged. A failure of ours (`invalid_request`, `account`) or of
 * the moment leaves the authorisation usable; one that is gone or unfit doesn't.
 */
export function needsNewAuthorisation(category: FailureCategory): boolean {
  switch (category) {
    case 'expired':
    case 'cancelled':
    case 'not_found':
    case 'funds':
    case 'risk':
    case 'unsupported':
      return true;
    case 'amount':
    case 'currency':
    case 'account':
    case 'limit':
    case 'conflict':
    case 'invalid_request':
    case 'cancelled_by_operator':
    case 'other':
      return false;
  }
}
