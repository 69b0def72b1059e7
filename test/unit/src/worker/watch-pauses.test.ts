import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { AccountPause } from '../../../../src/ports/pauses.js';
import { watchPauses } from '../../../../src/worker/watch-pauses.js';

const pauseOf = (account: string, second: number): AccountPause => ({
  account,
  pausedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
  pausedBy: 'ann',
  reason: 'a drill',
});

/** What is told when the database shows these pauses, one look after the other; null is a look that fails. */
async function toldOf(looks: readonly (readonly AccountPause[] | null)[]): Promise<string[]> {
  const told: string[] = [];
  const stop = new AbortController();
  const left = [...looks];
  await watchPauses({
    list: () => {
      const look = left.shift() ?? null;
      return look === null ? Promise.reject(new Error('away')) : Promise.resolve(look);
    },
    clock: {
      now: () => new Date(0),
      monotonic: () => 0,
      sleep: () => {
        told.push('-');
        if (left.length === 0) stop.abort();
        return Promise.resolve();
      },
    },
    observer: { paused: (account, paused) => void told.push(`${account} ${String(paused)}`) },
    log: pino(
      {},
      {
        write: (line: string) => {
          const { msg } = JSON.parse(line) as { msg: string };
          told.push(msg);
        },
      },
    ),
    everyMs: 1_000,
    stop: stop.signal,
  });
  return told;
}

const PAUSED = 'account shop is paused by ann: nothing is sent through it until it is resumed';

describe('watchPauses', () => {
  it('tells of each change once, as a metric and a line', async () => {
    const shop = pauseOf('shop', 1);
    assert.deepEqual(await toldOf([[], [shop], [shop], [shop, pauseOf('other', 2)], [shop], []]), [
      '-',
      ...['shop true', PAUSED, '-'],
      '-',
      ...['other true', PAUSED.replace('shop', 'other'), '-'],
      ...['other false', 'account other is no longer paused', '-'],
      ...['shop false', 'account shop is no longer paused', '-'],
    ]);
  });

  it('tells of a pause that another one has taken the place of', async () => {
    assert.deepEqual(await toldOf([[pauseOf('shop', 1)], [pauseOf('shop', 2)]]), [
      ...['shop true', PAUSED, '-'],
      ...['shop true', PAUSED, '-'],
    ]);
  });

  it('takes a look that fails for no news', async () => {
    const shop = pauseOf('shop', 1);
    assert.deepEqual(await toldOf([[shop], null, [shop]]), ['shop true', PAUSED, '-', '-', '-']);
  });
});
