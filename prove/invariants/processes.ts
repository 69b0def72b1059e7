import type { Invariant } from './invariant.js';

/** No process ends by itself, and each that is told to stop does so in order. */
export const processes: Invariant = ({ processTroubles }) =>
  processTroubles.map((says) => ({ id: 'a process', says }));
