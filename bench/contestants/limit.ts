import type { Contestant } from '../contestant.js';
import { startProgram } from '../program.js';

/** See bench/limit/main.ts. It reads no orders, so their keys make no difference to it. */
export const limit: Contestant = {
  name: 'limit',
  start: async (arena, { inFlight }) => {
    const startedAt = performance.now();
    const process_ = await startProgram(arena, {
      title: 'The limit',
      program: 'bench/limit/main.js',
      args: [
        '--url',
        arena.provider.url,
        '--key',
        arena.keys.merchantPrivate,
        '--in-flight',
        String(inFlight),
      ],
      env: { PATH: process.env['PATH'] },
    });
    return {
      process: process_,
      startedAt,
      tells: null,
      stop: () => process_.stop(),
      ownBook: () => Promise.resolve(null),
      cleanUp: () => Promise.resolve(),
    };
  },
};
