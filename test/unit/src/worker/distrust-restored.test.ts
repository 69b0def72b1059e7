import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { DistrustOptions } from '../../../../src/worker/distrust-restored.js';
import { distrustRestored } from '../../../../src/worker/distrust-restored.js';
import { EPOCH } from '../../../support/captures.js';

interface Rig {
  readonly options: DistrustOptions;
  readonly folded: string[];
  readonly warnings: string[];
}

function rig(change: Partial<DistrustOptions> = {}): Rig {
  const folded: string[] = [];
  const warnings: string[] = [];
  const pages = new Map<string | null, { captureIds: string[]; next: string | null }>([
    [null, { captureIds: ['a', 'b'], next: 'b' }],
    ['b', { captureIds: [], next: 'd' }],
    ['d', { captureIds: ['e'], next: null }],
  ]);
  const options: DistrustOptions = {
    restoration: { at: EPOCH, unverifiable: false },
    now: () => Promise.resolve(EPOCH),
    distrust: (after) => {
      const page = pages.get(after);
      return page === undefined ? Promise.reject(new Error('no such page')) : Promise.resolve(page);
    },
    store: {
      record: (requests) => {
        for (const { captureId, pieces } of requests) {
          assert.deepEqual(pieces, []);
          folded.push(captureId);
        }
        return Promise.resolve(requests.map(() => null));
      },
    },
    log: pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) }),
    stop: new AbortController().signal,
    ...change,
  };
  return { options, folded, warnings };
}

describe('distrusting what was restored', () => {
  it('goes through all pages, folds what is on them, and tells how many and how to leave the mode', async () => {
    const { options, folded, warnings } = rig();
    await distrustRestored(options);
    assert.deepEqual(folded, ['a', 'b', 'e']);
    const [line = ''] = warnings;
    assert.match(line, /restart without CAPTURE_WORKER_INQUIRE_FIRST/);
    assert.match(line, /"distrusted":3/);
  });

  it('refuses a moment that is yet to come, by the database’s clock, and touches nothing', async () => {
    const { options, folded } = rig({ now: () => Promise.resolve(new Date(EPOCH.getTime() - 1)) });
    await assert.rejects(distrustRestored(options), {
      code: 'CONFIG_INVALID',
      message: /CAPTURE_WORKER_INQUIRE_FIRST is 2026-03-01T12:00:00\.000Z, which is yet to come/,
    });
    assert.deepEqual(folded, []);
  });

  it('ends where the start is given up', async () => {
    const { options, folded, warnings } = rig({ stop: AbortSignal.abort() });
    await distrustRestored(options);
    assert.deepEqual([folded, warnings], [[], []]);
  });
});
