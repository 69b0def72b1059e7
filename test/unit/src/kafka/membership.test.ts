import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { commitAs, forgetMember, mendMembership } from '../../../../src/kafka/membership.js';

describe('the mended membership of kafkajs', () => {
  it('lets no consumer fetch that is no member', async () => {
    mendMembership();
    const group = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, { memberId: null });
    await assert.rejects(group.fetch('1'), { type: 'UNKNOWN_MEMBER_ID' });
  });

  it('leaves a member to kafkajs', async () => {
    mendMembership();
    const asked: string[] = [];
    const group = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, {
      memberId: 'member-1',
      cluster: {
        refreshMetadataIfNecessary: () => {
          asked.push('metadata');
          return Promise.reject(new Error('as far as it gets'));
        },
      },
    });
    await assert.rejects(group.fetch('1'), /as far as it gets/);
    assert.deepEqual(asked, ['metadata']);
  });

  it('lets a member commit, once, from its first fetch on until it is forgotten', async () => {
    mendMembership();
    const offsets = { topics: [{ topic: 'orders', partitions: [{ partition: 0, offset: '5' }] }] };
    const commits: unknown[] = [];
    const group = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, {
      memberId: 'member-2',
      cluster: { refreshMetadataIfNecessary: () => Promise.reject(new Error('as far as it gets')) },
      commitOffsets: (given: unknown) => {
        commits.push(given);
        return commits.length === 1 ? Promise.resolve() : Promise.reject(new Error('refused'));
      },
    });
    await assert.rejects(commitAs('member-2', offsets), /not that member/);
    await assert.rejects(group.fetch('1'));
    await commitAs('member-2', offsets);
    await assert.rejects(commitAs('member-2', offsets), /refused/);
    assert.deepEqual(commits, [offsets, offsets]);
    forgetMember('member-2');
    await assert.rejects(commitAs('member-2', offsets), /not that member/);
  });
});
