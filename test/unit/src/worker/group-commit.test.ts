import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { GroupCommitOptions } from '../../../../src/worker/group-commit.js';
import { groupCommit } from '../../../../src/worker/group-commit.js';

type Options = GroupCommitOptions<string, string>;

function group(change: Partial<Options> = {}): {
  commit: (item: string) => Promise<string>;
  batches: string[][];
} {
  const batches: string[][] = [];
  const options: Options = {
    keyOf: (item) => item.split(':')[0] ?? item,
    maxBatch: 100,
    onError: () => 'bisect',
    beforeRetry: () => Promise.resolve(),
    write: (items) => Promise.resolve(items.map((item) => `${item}!`)),
    ...change,
  };
  const commit = groupCommit<string, string>({
    ...options,
    write: (items) => {
      batches.push([...items]);
      return options.write(items);
    },
  });
  return { commit, batches };
}

describe('group commit', () => {
  it('writes what arrives together as one batch and gives each caller its own result', async () => {
    const { commit, batches } = group();
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(commit)), ['a!', 'b!', 'c!']);
    assert.deepEqual(batches, [['a', 'b', 'c']]);
  });

  it('gathers what arrives during a write into the next one', async () => {
    let release: (() => void) | undefined;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    const { commit, batches } = group({
      write: async (items) => {
        if (items.includes('first')) await blocked;
        return items.map((item) => `${item}!`);
      },
    });
    const first = commit('first');
    await new Promise(setImmediate);
    const rest = ['b', 'c'].map(commit);
    release?.();
    await Promise.all([first, ...rest]);
    assert.deepEqual(batches, [['first'], ['b', 'c']]);
  });

  it('never puts one key twice in a batch, and keeps the order of a key', async () => {
    const { commit, batches } = group();
    await Promise.all(['a:1', 'b:1', 'a:2', 'a:3'].map(commit));
    assert.deepEqual(batches, [['a:1', 'b:1'], ['a:2'], ['a:3']]);
  });

  it('rejects only the item at fault, wherever it stands and however many there are', async () => {
    const poisoned = fc.uniqueArray(fc.nat(40), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(poisoned, fc.integer({ min: 1, max: 10 }), async (poison, maxBatch) => {
        const bad = new Set(poison.map(String));
        const { commit } = group({
          maxBatch,
          write: (items) =>
            items.some((item) => bad.has(item))
              ? Promise.reject(new Error('refused'))
              : Promise.resolve(items.map((item) => `${item}!`)),
        });
        const items = Array.from({ length: 41 }, (_, index) => String(index));
        const results = await Promise.allSettled(items.map(commit));
        for (const [index, result] of results.entries()) {
          const item = String(index);
          assert.deepEqual(
            result.status === 'fulfilled' ? result.value : 'rejected',
            bad.has(item) ? 'rejected' : `${item}!`,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('tries the same batch again while the store is away, and gives up when told to', async () => {
    let failures = 3;
    const repetitions: number[] = [];
    const back = group({
      onError: () => 'try_again',
      beforeRetry: (repetition) => {
        repetitions.push(repetition);
        return Promise.resolve();
      },
      write: (items) => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(items)),
    });
    assert.equal(await back.commit('a'), 'a');
    assert.deepEqual(repetitions, [1, 2, 3]);

    const stopped = group({
      onError: () => 'try_again',
      beforeRetry: () => Promise.reject(new Error('stopped')),
      write: () => Promise.reject(new Error('away')),
    });
    await assert.rejects(stopped.commit('a'), /away/);
  });

  it('sets an item aside that can’t be written just now, and writes the others meanwhile', async () => {
    let released: (() => void) | undefined;
    const free = new Promise<void>((resolve) => (released = resolve));
    let held = true;
    const { commit } = group({
      onError: () => 'set_aside',
      beforeRetry: () => free,
      write: (items) =>
        held && items.includes('held') ? Promise.reject(new Error('locked')) : Promise.resolve(items),
    });
    const waiting = commit('held');
    assert.deepEqual(await Promise.all(['a', 'b'].map(commit)), ['a', 'b']);
    assert.equal(await commit('c'), 'c');
    held = false;
    released?.();
    assert.equal(await waiting, 'held');
  });

  it('goes on after a batch was rejected whole', async () => {
    let first = true;
    const { commit } = group({
      onError: () => 'reject',
      write: (items) => {
        if (!first) return Promise.resolve(items);
        first = false;
        return Promise.reject(new Error('bug'));
      },
    });
    await assert.rejects(commit('a'), /bug/);
    assert.equal(await commit('b'), 'b');
  });

  it('rejects rather than mixes up results when a write returns the wrong number of them', async () => {
    const { commit } = group({ onError: () => 'reject', write: () => Promise.resolve([]) });
    await assert.rejects(commit('a'), /1 items returned 0 results/);
  });
});
