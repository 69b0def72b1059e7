import type { Invariant } from './invariant.js';

/** The lag of orders is soon what it was before the fault. */
export const recovery: Invariant = ({ recovery: { ms, limitMs } }) => {
  if (ms !== null && ms < limitMs) return [];
  const took =
    ms === null ? 'never was what it was before' : `took ${String(ms)} ms to be what it was before`;
  return [{ id: 'the lag', says: `${took}; ${String(limitMs)} ms are allowed` }];
};
