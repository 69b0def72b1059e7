import { setTimeout as sleep } from 'node:timers/promises';
import { POISON_KINDS } from '../../dev/demo/orders.js';
import type { Fault } from '../fault.js';

const ROUNDS = 25;
const APART_MS = 200;
const EACH = 2;

/** Bad messages of each kind, some in every batch that is read. */
export const poison: Fault = {
  name: 'poison-in-every-batch',
  attacks: 'a bad message becomes a dead letter and holds up nothing',
  how: `${String(EACH)} bad messages of all kinds every ${String(APART_MS)} ms, among the orders`,
  inflict: async ({ put, now, signal }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const kinds = Array.from({ length: EACH }, (_, index) => (round * EACH + index) % POISON_KINDS.length);
      put(
        kinds.flatMap((index) => {
          const why = POISON_KINDS[index];
          return why === undefined
            ? []
            : [{ kind: 'poison' as const, why, key: `every-${String(round)}-${why}` }];
        }),
      );
      await sleep(APART_MS, undefined, { signal });
    }
    return { ended: now(), kills: 0 };
  },
};
