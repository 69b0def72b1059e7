import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Lanes } from '../../../../src/kafka/lanes.js';
import { createLanes } from '../../../../src/kafka/lanes.js';
import { settled } from '../../../support/manual-clock.js';

const MAX_HELD_BYTES = 1_000_000;

/** Tasks that end when the test says so. */
function handTasks(lanes: Lanes): {
  add: (key: string | null, name: string, bytes?: number) => void;
  end: (name: string) => Promise<void>;
  running: string[];
} {
  const endings = new Map<string, () => void>();
  const running: string[] = [];
  return {
    running,
    add: (key, name, bytes = 1) => {
      lanes.add(key, bytes, async () => {
        running.push(name);
        await new Promise<void>((resolve) => endings.set(name, resolve));
        running.splice(running.indexOf(name), 1);
      });
    },
    end: async (name) => {
      const end = endings.get(name);
      assert.ok(end, `${name} has not started`);
      end();
      await settled();
    },
  };
}

describe('lanes', () => {
  it('run tasks of one key one after the other, and other keys meanwhile', async () => {
    const tasks = handTasks(createLanes({ maxRunning: 10, maxHeld: 10, maxHeldBytes: MAX_HELD_BYTES }));
    tasks.add('a', 'a1');
    tasks.add('a', 'a2');
    tasks.add('b', 'b1');
    assert.deepEqual(tasks.running, ['a1', 'b1']);
    await tasks.end('a1');
    assert.deepEqual(tasks.running, ['b1', 'a2']);
  });

  it('take each task without a key as a lane of its own', () => {
    const tasks = handTasks(createLanes({ maxRunning: 10, maxHeld: 10, maxHeldBytes: MAX_HELD_BYTES }));
    tasks.add(null, '1');
    tasks.add(null, '2');
    assert.deepEqual(tasks.running, ['1', '2']);
  });

  it('start no more than fit, and the rest in the order in which they became ready', async () => {
    const tasks = handTasks(createLanes({ maxRunning: 2, maxHeld: 10, maxHeldBytes: MAX_HELD_BYTES }));
    for (const name of ['a', 'b', 'c', 'd']) tasks.add(name, name);
    assert.deepEqual(tasks.running, ['a', 'b']);
    await tasks.end('b');
    assert.deepEqual(tasks.running, ['a', 'c']);
    await tasks.end('a');
    assert.deepEqual(tasks.running, ['c', 'd']);
  });

  it('let no busy key pass over others that wait', async () => {
    const tasks = handTasks(createLanes({ maxRunning: 1, maxHeld: 10, maxHeldBytes: MAX_HELD_BYTES }));
    for (const name of ['a1', 'a2', 'a3']) tasks.add('a', name);
    tasks.add('b', 'b1');
    await tasks.end('a1');
    assert.deepEqual(tasks.running, ['b1']);
  });

  it('have room until as many are held as allowed, waiting ones included', async () => {
    const lanes = createLanes({ maxRunning: 1, maxHeld: 2, maxHeldBytes: MAX_HELD_BYTES });
    const tasks = handTasks(lanes);
    tasks.add('a', 'a1');
    assert.equal(lanes.hasRoom, true);
    tasks.add('a', 'a2');
    assert.equal(lanes.hasRoom, false);
    await tasks.end('a1');
    assert.equal(lanes.hasRoom, true);
  });

  it('have room until the tasks take as much as they may, and then when enough has ended or is forgotten', async () => {
    const lanes = createLanes({ maxRunning: 2, maxHeld: 10, maxHeldBytes: 100 });
    const tasks = handTasks(lanes);
    tasks.add('a', 'a1', 99);
    assert.equal(lanes.hasRoom, true);
    tasks.add('a', 'a2', 500);
    assert.deepEqual([lanes.heldBytes, lanes.hasRoom], [599, false], 'one task may be more than fits');
    tasks.add(null, 'x', 10);
    tasks.add(null, 'y', 20);
    await tasks.end('a1');
    assert.deepEqual([lanes.heldBytes, lanes.hasRoom], [530, false]);
    assert.equal(lanes.dropQueued(), 1, 'a2 waits for a place behind y');
    assert.deepEqual([lanes.heldBytes, lanes.hasRoom], [30, true]);
    await tasks.end('x');
    await tasks.end('y');
    assert.equal(lanes.heldBytes, 0);
  });

  it('forget what has not started, let the rest end, and serve the same keys again', async () => {
    const lanes = createLanes({ maxRunning: 3, maxHeld: 10, maxHeldBytes: MAX_HELD_BYTES });
    const tasks = handTasks(lanes);
    for (const name of ['a1', 'a2', 'b1', 'c1', 'd1']) tasks.add(name.charAt(0), name);
    tasks.add(null, 'x1');
    assert.equal(lanes.dropQueued(), 3);
    assert.deepEqual({ running: lanes.running, queued: lanes.queued }, { running: 3, queued: 0 });
    await tasks.end('c1');
    tasks.add('a', 'a3');
    assert.deepEqual(tasks.running, ['a1', 'b1'], 'a key keeps its order across the forgetting');
    tasks.add('d', 'd2');
    await tasks.end('a1');
    assert.deepEqual(tasks.running, ['b1', 'd2', 'a3']);
  });

  it('tell whenever there is less to hold, until told not to', async () => {
    const lanes = createLanes({ maxRunning: 1, maxHeld: 10, maxHeldBytes: MAX_HELD_BYTES });
    const tasks = handTasks(lanes);
    const held: number[] = [];
    const forget = lanes.onLess(() => held.push(lanes.running + lanes.queued));
    for (const name of ['a', 'b', 'c', 'd']) tasks.add(name, name);
    await tasks.end('a');
    lanes.dropQueued();
    forget();
    await tasks.end('b');
    assert.deepEqual(held, [3, 1]);
  });

  it('run everything once, in order per key, and never more than allowed, whatever the order of ending', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { freq: 4 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (scheduler, keys, maxRunning) => {
          const lanes = createLanes({ maxRunning, maxHeld: 1_000, maxHeldBytes: MAX_HELD_BYTES });
          const started: number[] = [];
          const ended: number[] = [];
          let most = 0;
          for (const [index, key] of keys.entries()) {
            lanes.add(key, 1, async () => {
              for (const earlier of started.filter((other) => key !== null && keys[other] === key)) {
                assert.ok(ended.includes(earlier), 'two of one key ran at once');
              }
              started.push(index);
              most = Math.max(most, lanes.running);
              await scheduler.schedule(Promise.resolve());
              ended.push(index);
            });
          }
          await scheduler.waitFor(untilIdle(lanes));
          assert.ok(most <= maxRunning);
          assert.deepEqual(
            [...ended].sort((a, b) => a - b),
            [...keys.keys()],
          );
          for (const key of ['a', 'b', 'c', 'd']) {
            const ofKey = started.filter((index) => keys[index] === key);
            assert.deepEqual(
              ofKey,
              [...ofKey].sort((a, b) => a - b),
            );
          }
        },
      ),
    );
  });
});

describe('lanes that are filled as far as they have room', () => {
  it('hold no more than may be but for one task, and run all, whatever the sizes, the keys and the order of ending', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(
          fc.record({
            key: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 4 }),
            bytes: fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 300 })),
          }),
          { maxLength: 40 },
        ),
        fc.record({
          maxRunning: fc.integer({ min: 1, max: 5 }),
          more: fc.nat({ max: 5 }),
          maxHeldBytes: fc.integer({ min: 1, max: 200 }),
        }),
        async (scheduler, all, { maxRunning, more, maxHeldBytes }) => {
          const maxHeld = maxRunning + more;
          const lanes = createLanes({ maxRunning, maxHeld, maxHeldBytes });
          const largest = Math.max(0, ...all.map(({ bytes }) => bytes));
          const rest = [...all.entries()];
          const ended: number[] = [];
          const fill = (): void => {
            while (lanes.hasRoom) {
              const next = rest.shift();
              if (next === undefined) return;
              const [index, { key, bytes }] = next;
              lanes.add(key, bytes, async () => {
                await scheduler.schedule(Promise.resolve());
                ended.push(index);
              });
              assert.ok(lanes.heldBytes < maxHeldBytes + largest);
              assert.ok(lanes.running + lanes.queued <= maxHeld);
            }
          };
          const idle = untilIdle(lanes, () => rest.length === 0);
          lanes.onLess(fill);
          fill();
          await scheduler.waitFor(idle);
          assert.equal(ended.length, all.length);
          assert.equal(lanes.heldBytes, 0);
        },
      ),
    );
  });
});

function untilIdle(lanes: Lanes, isAllAdded = (): boolean => true): Promise<void> {
  return new Promise((resolve) => {
    const endIfIdle = (): void => {
      if (isAllAdded() && lanes.running + lanes.queued === 0) resolve();
    };
    lanes.onLess(endIfIdle);
    endIfIdle();
  });
}
