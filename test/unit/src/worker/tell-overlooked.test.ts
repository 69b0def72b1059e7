import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OverlookedRequest } from '../../../../src/ports/store.js';
import { tellOverlooked } from '../../../../src/worker/tell-overlooked.js';
import { SILENT } from '../../../support/kafka.js';
import { manualClock } from '../../../support/manual-clock.js';

describe('telling of captures that wait', () => {
  it('folds those that are found, at once if there are more, else now and then, also after a failure', async () => {
    const clock = manualClock();
    const stop = new AbortController();
    const looks: [number, OverlookedRequest][] = [];
    const folded: string[] = [];
    const found: (readonly string[] | Error)[] = [['a', 'b'], ['c'], new Error('away'), ['d']];
    const telling = tellOverlooked({
      waiting: {
        overlooked: ({ unsentForMs, contradictedForMs, limit }) => {
          looks.push([clock.monotonic(), { unsentForMs, contradictedForMs, limit }]);
          const next = found.shift() ?? [];
          return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
        },
      },
      store: {
        record: ({ captureId, pieces }) => {
          assert.deepEqual(pieces, []);
          folded.push(captureId);
          return Promise.resolve(null);
        },
      },
      ...{ clock, log: SILENT, unsentForMs: 60_000, contradictedForMs: 900_000, limit: 2 },
      ...{ everyMs: 1_000, stop: stop.signal },
    });
    await clock.advance(2_100);
    assert.deepEqual(folded, ['a', 'b', 'c', 'd']);
    assert.deepEqual(
      looks.map(([at]) => at),
      [0, 50, 1_050, 2_050],
    );
    assert.deepEqual(looks[0]?.[1], { unsentForMs: 60_000, contradictedForMs: 900_000, limit: 2 });
    stop.abort();
    await telling;
  });

  it('looks less often when a look takes long', async () => {
    const clock = manualClock();
    const stop = new AbortController();
    const looks: number[] = [];
    const telling = tellOverlooked({
      waiting: {
        overlooked: async () => {
          looks.push(clock.monotonic());
          await clock.sleep(500);
          return [];
        },
      },
      store: { record: () => Promise.resolve(null) },
      ...{ clock, log: SILENT, unsentForMs: 1, contradictedForMs: 1, limit: 2 },
      ...{ everyMs: 1_000, stop: stop.signal },
    });
    await clock.advance(11_000);
    assert.deepEqual(looks, [0, 10_500]);
    stop.abort();
    await telling;
  });
});
