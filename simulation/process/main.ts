import { planOf } from '../schedule.js';
import { runWorld } from '../world.js';
import { quickenProcess } from './quicken.js';
import type { Done, Work } from './work.js';
import { NOTHING_DONE, sumOf } from './work.js';

/** The program of one process of a campaign: does the work that it is sent, piece by piece, and says what came of each. */
quickenProcess();

process.on('message', (work: Work) => {
  void doWork(work).then((done) => process.send?.(done));
});

async function doWork({ from, count, weakened, untilBroken }: Work): Promise<Done> {
  let done = NOTHING_DONE;
  for (let seed = from; seed < from + count; seed += 1) {
    const { findings, ...counts } = await runWorld(
      planOf(seed),
      new Set(weakened === null ? [] : [weakened]),
    );
    const broken = findings.length === 0 ? [] : [{ seed, findings }];
    done = sumOf(done, { schedules: 1, ...counts, broken });
    if (untilBroken && broken.length > 0) break;
  }
  return done;
}
