import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pace } from '../../../../../src/kafka/avro/pace.js';
import { manualClock } from '../../../../support/manual-clock.js';

describe('a pace', () => {
  it('gives turns at even distances, in the order in which they were asked for, and the first one at once', async () => {
    const clock = manualClock();
    const turn = pace(clock, 10);
    const turns: [number, number][] = [];
    const take = async (who: number): Promise<void> => {
      await turn();
      turns.push([who, clock.monotonic()]);
    };
    const all = [take(1), take(2), take(3)];
    await clock.advance(15);
    all.push(take(4));
    // A pause: nobody saves up turns in it.
    await clock.advance(100);
    all.push(take(5), take(6));
    await clock.advance(100);
    await Promise.all(all);
    assert.deepEqual(turns, [
      [1, 0],
      [2, 10],
      [3, 20],
      [4, 30],
      [5, 115],
      [6, 125],
    ]);
  });
});
