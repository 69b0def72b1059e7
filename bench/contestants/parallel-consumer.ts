import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Arena } from '../arena.js';
import type { Contestant } from '../contestant.js';
import type { BuiltPeer } from '../peers/build.js';
import { buildPeer } from '../peers/build.js';
import { GRACE_MS, setStage } from '../peers/stage.js';

type Mode = 'documented' | 'tuned';

/** Options of Java for each mode; bench/peers/README.md says why. */
const JAVA_OPTIONS: Readonly<Record<Mode, readonly string[]>> = {
  documented: [],
  tuned: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m'],
};

/** Confluent's Parallel Consumer as its documentation leads to it. See bench/peers/README.md. */
export const parallelConsumer: Contestant = contestant('parallel-consumer', 'documented');

/** The same library, as fast as we could make it. */
export const parallelConsumerTuned: Contestant = contestant('parallel-consumer-tuned', 'tuned');

/** Builds the peers, which takes a minute where it hasn't been done: to be called before anything is measured. */
export async function prepareParallelConsumer(arena: Arena, say: (line: string) => void): Promise<BuiltPeer> {
  return buildPeer({ crew: arena.crew, env: process.env }, say);
}

function contestant(name: Contestant['name'], mode: Mode): Contestant {
  return {
    name,
    start: async (arena, conditions) => {
      const { java, folder } = await prepareParallelConsumer(arena, () => undefined);
      const stage = await setStage(arena, conditions);
      try {
        return stage.running(
          await arena.crew.start({
            title: `Parallel Consumer, ${mode}`,
            command: java,
            args: [
              '-XX:-UsePerfData',
              '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
              ...JAVA_OPTIONS[mode],
              '-cp',
              // Relative: a class path splits at colons, which the folder's name may have.
              'classes:jars/*',
              'peer.Main',
              mode,
            ],
            cwd: folder,
            env: stage.env,
            logFile: join(arena.folder, `${name}-${randomBytes(3).toString('hex')}.log`),
            deathSignal: 'SIGKILL',
            graceMs: GRACE_MS,
          }),
        );
      } catch (error) {
        await stage.cleanUp();
        throw error;
      }
    },
  };
}
