import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { mendMembership } from '../../../../src/kafka/membership.js';

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
});
