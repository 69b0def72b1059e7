import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TopicPartition } from '../../../../src/ports/log.js';
import { createDraws } from '../../../../simulation/draw.js';
import { createBroker } from '../../../../simulation/log/broker.js';
import type { Group, Member } from '../../../../simulation/log/group.js';
import { createGroup } from '../../../../simulation/log/group.js';
import type { Timeline } from '../../../../simulation/timeline.js';
import { createTimeline } from '../../../../simulation/timeline.js';

interface TestMember extends Member {
  generation: number;
  partitions: readonly TopicPartition[];
  isQuiet: boolean;
  readonly told: string[];
}

const PLACE = { topic: 'orders', partition: 0 };

/** A group, and members that join anew at once when they are told to, unless they are quiet. */
function rig(): { group: Group; timeline: Timeline; member: (name: string) => TestMember } {
  const timeline = createTimeline();
  const broker = createBroker(4, () => new Date(0));
  const group = createGroup({
    name: 'group',
    topics: ['orders'],
    broker,
    timeline,
    draws: createDraws(1),
    onCommit: () => undefined,
  });
  const member = (name: string): TestMember => {
    const own: TestMember = {
      name,
      generation: 0,
      partitions: [],
      isQuiet: false,
      told: [],
      isHeard: () => !own.isQuiet,
      rebalancing: () => {
        own.told.push('rebalancing');
        if (!own.isQuiet)
          timeline.after(1, () => {
            group.rejoin(own);
          });
      },
      assigned: (partitions, generation) => {
        own.partitions = partitions;
        own.generation = generation;
      },
      putOut: () => own.told.push('put out'),
    };
    group.join(own);
    group.rejoin(own);
    return own;
  };
  return { group, timeline, member };
}

const run = (timeline: Timeline): Promise<void> => timeline.run(() => false, timeline.now + 60_000);

describe("a simulated group's coordinator", () => {
  it('hands out all partitions, each to one member, anew when one joins or leaves', async () => {
    const { group, timeline, member } = rig();
    const one = member('one');
    assert.equal(one.partitions.length, 4);
    const other = member('other');
    await run(timeline);
    const numbers = [...one.partitions, ...other.partitions].map(({ partition }) => partition);
    assert.deepEqual(numbers.toSorted(), [0, 1, 2, 3]);
    assert.equal(one.partitions.length, 2);
    group.leave(one);
    await run(timeline);
    assert.equal(other.partitions.length, 4);
  });

  it('takes commits of members of its generation only', async () => {
    const { group, timeline, member } = rig();
    const one = member('one');
    const earlier = one.generation;
    group.commit(one, earlier, [{ ...PLACE, offset: 3n }]);
    assert.equal(group.committed(PLACE), 3n);
    group.stir();
    await run(timeline);
    assert.throws(() => {
      group.commit(one, earlier, [{ ...PLACE, offset: 4n }]);
    }, /moved on/);
    group.commit(one, one.generation, [{ ...PLACE, offset: 4n }]);
    group.leave(one);
    assert.throws(() => {
      group.commit(one, one.generation, [{ ...PLACE, offset: 5n }]);
    }, /moved on/);
    assert.equal(group.committed(PLACE), 4n);
  });

  it('puts out a member that is not heard of for the length of a session, and none that is', async () => {
    const { group, timeline, member } = rig();
    const one = member('one');
    const other = member('other');
    await run(timeline);
    one.isQuiet = true;
    group.unheard('one');
    group.unheard('other');
    await run(timeline);
    assert.deepEqual(
      one.told.filter((told) => told === 'put out'),
      ['put out'],
    );
    assert.ok(!other.told.includes('put out'));
    assert.equal(other.partitions.length, 4);
  });

  it('waits for all members, and puts out who does not join in time', async () => {
    const { group, timeline, member } = rig();
    const one = member('one');
    const other = member('other');
    await run(timeline);
    one.isQuiet = true;
    group.stir();
    await timeline.run(() => false, timeline.now + 5_000);
    assert.equal(other.partitions.length, 2);
    await run(timeline);
    assert.equal(other.partitions.length, 4);
    assert.ok(one.told.includes('put out'));
  });

  it('forgets what was committed when it is rewound, and takes nothing from before', async () => {
    const { group, timeline, member } = rig();
    const one = member('one');
    const earlier = one.generation;
    group.commit(one, earlier, [{ ...PLACE, offset: 3n }]);
    group.rewind();
    assert.throws(() => {
      group.commit(one, earlier, [{ ...PLACE, offset: 4n }]);
    }, /moved on/);
    await run(timeline);
    assert.equal(group.committed(PLACE), 0n);
  });
});
