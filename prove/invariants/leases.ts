import type { Invariant } from './invariant.js';

/** Nothing is stuck: no lease that ran out, no due row that nobody takes, no lock of a process that is gone, nothing unpublished. */
export const leases: Invariant = ({ leftovers: { sending, due, lockHolders, queued } }) => [
  ...sending.map((id) => ({ id, says: 'is being sent under a lease that ran out, and nobody looks at it' })),
  ...due.map((id) => ({ id, says: 'is due, and nobody takes it' })),
  ...lockHolders.map((id) => ({ id, says: 'holds an advisory lock, and is no process that runs' })),
  ...(queued === 0 ? [] : [{ id: 'the queues', says: `still hold ${String(queued)} to be published` }]),
];
