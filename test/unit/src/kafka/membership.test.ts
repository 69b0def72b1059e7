import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { beforeRejoining, commitAs, forgetMember, mendMembership } from '../../../../src/kafka/membership.js';
import { until } from '../../../support/until.js';

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

  /** A consumer that notes what it does; its heartbeats are answered in turn, the last way for good. */
  function joining(memberId: string | null, answers: readonly (string | null)[] = [null]) {
    mendMembership();
    const did: string[] = [];
    const left = [...answers];
    const group = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, {
      memberId,
      retrier: () => {
        did.push('join');
        return Promise.resolve();
      },
      heartbeat: () => {
        did.push('heartbeat');
        const type = left.length > 1 ? left.shift() : left[0];
        return type === null ? Promise.resolve() : Promise.reject(Object.assign(new Error(type), { type }));
      },
    });
    return { group, did };
  }

  it('settles before a member joins anew, with heartbeats meanwhile, and with none after', async () => {
    const { group, did } = joining('member-3', ['REBALANCE_IN_PROGRESS', null, 'REBALANCE_IN_PROGRESS']);
    let putOut: AbortSignal | undefined;
    beforeRejoining('member-3', {
      heartbeatEveryMs: 1,
      settle: async (signal) => {
        putOut = signal;
        await until(() => did.length >= 4);
        return true;
      },
    });
    await group.joinAndSync();
    assert.equal(did.indexOf('join'), did.length - 1);
    assert.deepEqual(new Set(did.slice(0, -1)), new Set(['heartbeat']));
    assert.equal(putOut?.aborted, false, 'a rebalance puts nobody out');
    const count = did.length;
    await sleep(20);
    assert.equal(did.length, count);
  });

  it('tells a member that settles when its group has put it out', async () => {
    for (const type of ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'NOT_COORDINATOR_FOR_GROUP']) {
      const { group, did } = joining('member-4', ['REBALANCE_IN_PROGRESS', type]);
      beforeRejoining('member-4', {
        heartbeatEveryMs: 1,
        settle: async (putOut) => {
          await until(() => putOut.aborted);
          return true;
        },
      });
      await group.joinAndSync();
      assert.deepEqual(did, ['heartbeat', 'heartbeat', 'join']);
    }
  });

  it('does not join if the member is about to leave', async () => {
    const { group, did } = joining('member-5');
    beforeRejoining('member-5', { heartbeatEveryMs: 1_000, settle: () => Promise.resolve(false) });
    await group.joinAndSync();
    assert.deepEqual(did, ['heartbeat']);
  });

  it('joins at once who is no member, and who is forgotten', async () => {
    const fresh = joining(null);
    await fresh.group.joinAndSync();
    assert.deepEqual(fresh.did, ['join']);
    const forgotten = joining('member-6');
    beforeRejoining('member-6', { heartbeatEveryMs: 1, settle: () => Promise.resolve(false) });
    forgetMember('member-6');
    await forgotten.group.joinAndSync();
    assert.deepEqual(forgotten.did, ['join']);
  });
});
