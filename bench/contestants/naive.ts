import type { Contestant } from '../contestant.js';
import { GRACE_MS, setStage } from '../peers/stage.js';
import { startProgram } from '../program.js';

/** See bench/peers/naive/main.ts. How many calls are under way isn't for it to choose: one for each partition. */
export const naive: Contestant = {
  name: 'naive',
  start: async (arena, conditions) => {
    const stage = await setStage(arena, conditions);
    try {
      return stage.running(
        await startProgram(arena, {
          title: 'The naive worker',
          program: 'bench/peers/naive/main.js',
          args: [],
          env: { ...stage.env, PEER_PARTITIONS: String(arena.partitions) },
          graceMs: GRACE_MS,
        }),
      );
    } catch (error) {
      await stage.cleanUp();
      throw error;
    }
  },
};
