import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../support/eventually.js';
import { startMember } from '../../support/kafka-members.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';

describe('members of a group that die', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  async function member(): Promise<{ brokers: readonly string[]; topic: string; group: string }> {
    return { brokers: kafka.client.brokers, topic: await kafka.createTopic(), group: kafka.group() };
  }

  it('leave what they had not completed to others, and nothing else', async (t) => {
    const options = await member();
    const { topic, group } = options;
    await kafka.append(
      topic,
      ['a', 'b', 'stuck', 'd'].map((value, index) => ({ key: String(index), value })),
    );
    const killed = startMember(t, options);
    await killed.said('done', '3');
    await killed.said('committed', '2');
    killed.signal('SIGKILL');
    await killed.ended();
    assert.equal(await kafka.committed(group, topic), 2n);

    const heir = startMember(t, options);
    await heir.said('done', '3');
    assert.deepEqual(heir.offsets('begun'), ['2', '3'], 'both are uncommitted, though 3 was done');
  });

  it('can commit nothing when they come back as if nothing had happened', async (t) => {
    const options = await member();
    const { topic, group } = options;
    await kafka.append(
      topic,
      ['a', 'b'].map((value) => ({ value })),
    );
    const zombie = startMember(t, { ...options, commitEveryMs: 5_000 });
    await zombie.said('done', '1');
    zombie.signal('SIGSTOP');
    assert.equal(await kafka.committed(group, topic), null, 'it was frozen before its first commit');

    const heir = startMember(t, options);
    await heir.said('done', '1');
    await kafka.append(
      topic,
      ['c', 'd'].map((value) => ({ value })),
    );
    await eventually('the heir commits', async () => (await kafka.committed(group, topic)) === 4n);

    zombie.signal('SIGCONT');
    await zombie.said('refused');
    assert.deepEqual(zombie.offsets('refused'), ['2']);
    assert.deepEqual(zombie.offsets('committed'), []);
    assert.equal(await kafka.committed(group, topic), 4n);
  });

  it('that are told to stop leave at once and leave nothing undone', async (t) => {
    const options = await member();
    await kafka.append(
      options.topic,
      ['a', 'b'].map((value) => ({ value })),
    );
    const stopped = startMember(t, options);
    await stopped.said('done', '1');
    stopped.signal('SIGTERM');
    await stopped.said('drained');
    assert.equal(await stopped.ended(), 0, 'nothing keeps the process alive');

    const { groups } = await kafka.admin.describeGroups([options.group]);
    assert.deepEqual(
      groups.map(({ state, members }) => [state, members.length]),
      [['Empty', 0]],
      'its partitions need not wait for a session to run out',
    );
    assert.equal(await kafka.committed(options.group, options.topic), 2n);
  });
});
