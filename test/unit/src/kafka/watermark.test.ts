import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Ticket, Watermarks } from '../../../../src/kafka/watermark.js';
import { createWatermarks } from '../../../../src/kafka/watermark.js';

const TOPIC = 'orders';

function handOver(watermarks: Watermarks, offset: number, epoch = 1, partition = 0): Ticket | null {
  return watermarks.handOver(
    { topic: TOPIC, partition, offset: BigInt(offset), timestamp: new Date(offset) },
    epoch,
  );
}

function handOverAll(watermarks: Watermarks, offsets: readonly number[]): Ticket[] {
  return offsets.map((offset) => {
    const ticket = handOver(watermarks, offset);
    assert.ok(ticket);
    return ticket;
  });
}

function assigned(): Watermarks {
  const watermarks = createWatermarks();
  watermarks.assign([{ topic: TOPIC, partition: 0 }], 1);
  return watermarks;
}

/** What may be committed of partition 0. */
function moved(watermarks: Watermarks): number | null {
  const [commit] = watermarks.moved();
  return commit === undefined ? null : Number(commit.offset);
}

describe('watermarks', () => {
  it('rise to the lowest offset that is not done', () => {
    const watermarks = assigned();
    const [five, six, seven] = handOverAll(watermarks, [5, 6, 7]);
    assert.equal(moved(watermarks), null);
    six?.complete();
    assert.equal(moved(watermarks), null, 'offset 5 is still open');
    five?.complete();
    assert.equal(moved(watermarks), 7);
    seven?.complete();
    assert.equal(moved(watermarks), 8);
  });

  it('pass over offsets that do not exist', () => {
    const watermarks = assigned();
    const [first, second] = handOverAll(watermarks, [10, 25]);
    first?.complete();
    assert.equal(moved(watermarks), 25);
    second?.complete();
    assert.equal(moved(watermarks), 26);
  });

  it('rise behind what holds nothing once all before it is done, and never fall', () => {
    const watermarks = assigned();
    const passOver = (offset: number, epoch = 1): void => {
      watermarks.passOver({ topic: TOPIC, partition: 0, offset: BigInt(offset) }, epoch);
    };
    passOver(3);
    assert.equal(moved(watermarks), 3, 'also before the first message');
    const [five] = handOverAll(watermarks, [5]);
    passOver(9);
    assert.equal(moved(watermarks), 5);
    five?.complete();
    assert.equal(moved(watermarks), 9);
    passOver(7);
    passOver(100, 2);
    assert.equal(moved(watermarks), 9);
    const [eleven] = handOverAll(watermarks, [11]);
    assert.equal(moved(watermarks), 11);
    eleven?.complete();
    assert.equal(moved(watermarks), 12);
  });

  it('report only what was not committed yet', () => {
    const watermarks = assigned();
    const [five] = handOverAll(watermarks, [5, 6]);
    five?.complete();
    watermarks.committed(watermarks.moved(), 1);
    assert.equal(moved(watermarks), null);
    assert.equal(watermarks.positions()[0]?.committed, 6n);
  });

  it('do not believe a commit of an older epoch', () => {
    const watermarks = assigned();
    const [five] = handOverAll(watermarks, [5]);
    five?.complete();
    const commits = watermarks.moved();
    watermarks.assign([{ topic: TOPIC, partition: 0 }], 2);
    handOver(watermarks, 5, 2)?.complete();
    watermarks.committed(commits, 1);
    assert.equal(moved(watermarks), 6);
  });

  it('do not move by completions of an older epoch', () => {
    const watermarks = assigned();
    const [five] = handOverAll(watermarks, [5]);
    watermarks.assign([{ topic: TOPIC, partition: 0 }], 2);
    handOver(watermarks, 5, 2);
    five?.complete();
    assert.equal(five?.isCurrent, false);
    assert.equal(moved(watermarks), null);
  });

  it('give no ticket for another epoch, a revoked one, or a partition that is not assigned', () => {
    const watermarks = assigned();
    assert.equal(handOver(watermarks, 5, 2), null);
    assert.equal(handOver(watermarks, 5, 1, 3), null);
    watermarks.revoke();
    assert.equal(handOver(watermarks, 5, 1), null);
    assert.deepEqual(watermarks.moved(), []);
  });

  it('begin a partition anew when its position was set back', () => {
    const watermarks = assigned();
    const [hundred] = handOverAll(watermarks, [100, 101]);
    const back = { topic: TOPIC, partition: 0, offset: 100n, timestamp: new Date() };
    assert.equal(watermarks.isRewind(back), true);
    const again = watermarks.handOver(back, 1);
    hundred?.complete();
    assert.equal(hundred?.isCurrent, false);
    assert.equal(moved(watermarks), null, 'the older message at this offset is another one');
    again?.complete();
    assert.equal(moved(watermarks), 101);
  });

  it('show the age of the oldest message that is not done', () => {
    const watermarks = assigned();
    const [five] = handOverAll(watermarks, [5, 6]);
    assert.deepEqual(watermarks.positions(), [
      { topic: TOPIC, partition: 0, position: 7n, committed: 5n, open: 2, oldest: new Date(5) },
    ]);
    five?.complete();
    assert.deepEqual(watermarks.positions()[0]?.oldest, new Date(6));
  });

  it('remember nothing of what completes behind a stuck message', () => {
    const watermarks = assigned();
    handOver(watermarks, 0);
    for (let offset = 1; offset <= 100_000; offset += 1) handOver(watermarks, offset)?.complete();
    assert.equal(watermarks.positions()[0]?.open, 1);
    assert.equal(moved(watermarks), null);
    assert.equal(watermarks.positions()[0]?.position, 100_001n);
  });

  it('agree with a model that remembers everything', () => {
    fc.assert(
      fc.property(fc.commands(commands(), { maxCommands: 200, size: 'max' }), (run) => {
        fc.modelRun(
          () => ({ model: { epoch: 0, partitions: new Map(), tickets: [] }, real: createWatermarks() }),
          run,
        );
      }),
    );
  });
});

interface Entry {
  readonly offset: number;
  done: boolean;
}

interface Model {
  epoch: number;
  partitions: Map<number, Entry[]>;
  /** Of every epoch, so that old ones are completed late. */
  readonly tickets: { readonly ticket: Ticket; readonly entry: Entry }[];
}

type Step = fc.Command<Model, Watermarks>;

function commands(): fc.Arbitrary<Step>[] {
  const partition = fc.integer({ min: 0, max: 2 });
  return [
    fc.tuple(partition, fc.integer({ min: 1, max: 5 })).map(([number, gap]) => handOverStep(number, gap)),
    fc.nat().map(completeStep),
    fc.nat().map(completeStep),
    fc.uniqueArray(partition).map(assignStep),
    fc.constant(commitStep()),
  ];
}

function handOverStep(number: number, gap: number): Step {
  return {
    check: ({ partitions }) => partitions.has(number),
    run: (model, real) => {
      const entries = model.partitions.get(number) ?? [];
      const entry: Entry = { offset: (entries.at(-1)?.offset ?? 0) + gap, done: false };
      entries.push(entry);
      const ticket = handOver(real, entry.offset, model.epoch, number);
      assert.ok(ticket);
      model.tickets.push({ ticket, entry });
      compare(model, real);
    },
    toString: () => `handOver(${String(number)}, +${String(gap)})`,
  };
}

function completeStep(which: number): Step {
  return {
    check: ({ tickets }) => tickets.length > 0,
    run: (model, real) => {
      const picked = model.tickets[which % model.tickets.length];
      if (picked === undefined) return;
      picked.ticket.complete();
      picked.entry.done = true;
      compare(model, real);
    },
    toString: () => `complete(${String(which)})`,
  };
}

function assignStep(partitions: readonly number[]): Step {
  return {
    check: () => true,
    run: (model, real) => {
      model.epoch += 1;
      model.partitions = new Map(partitions.map((number) => [number, []]));
      real.assign(
        partitions.map((number) => ({ topic: TOPIC, partition: number })),
        model.epoch,
      );
      compare(model, real);
    },
    toString: () => `assign(${partitions.join()})`,
  };
}

function commitStep(): Step {
  return {
    check: () => true,
    run: (model, real) => {
      const commits = real.moved();
      // The promise itself: nothing at or above the committed offset counts as done below it.
      for (const { partition, offset } of commits) {
        const entries = model.partitions.get(partition) ?? [];
        assert.ok(entries.every((entry) => entry.done || BigInt(entry.offset) >= offset));
      }
      real.committed(commits, model.epoch);
      assert.deepEqual(real.moved(), []);
    },
    toString: () => 'commit()',
  };
}

function compare(model: Model, real: Watermarks): void {
  const positions = real.positions();
  assert.equal(positions.length, model.partitions.size);
  const watermarks = new Map(real.moved().map(({ partition, offset }) => [partition, offset]));
  for (const { partition, position, committed, open } of positions) {
    const entries = model.partitions.get(partition) ?? [];
    const last = entries.at(-1);
    assert.equal(position, last === undefined ? null : BigInt(last.offset) + 1n);
    assert.equal(open, entries.filter(({ done }) => !done).length);
    const lowest = entries.find(({ done }) => !done);
    const expected = lowest === undefined ? position : BigInt(lowest.offset);
    assert.equal(watermarks.get(partition) ?? committed, expected);
  }
}
