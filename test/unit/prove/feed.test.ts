import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DemoMessage } from '../../../dev/demo/orders.js';
import { startFeed } from '../../../prove/feed.js';
import { planOrders } from '../../../prove/orders.js';
import { until } from '../../support/until.js';

const { messages } = planOrders(400, 'feed');
const signal = new AbortController().signal;

describe('a feed', () => {
  it('counts what is acknowledged, and gives what isn’t again', async () => {
    const appended: DemoMessage[][] = [];
    const producer = {
      append: (batch: readonly DemoMessage[]) => {
        appended.push([...batch]);
        return appended.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve();
      },
    };
    const feed = startFeed({ producer, messages, perSecond: 50, signal });
    await until(() => feed.produced().length >= 10);
    await feed.stop();
    assert.deepEqual(appended[0], appended[1]);
    assert.deepEqual(feed.produced(), messages.slice(0, feed.produced().length));
  });

  it('puts further messages among them, the last ones when it ends', async () => {
    const feed = startFeed({
      producer: { append: () => Promise.resolve() },
      messages: [],
      perSecond: 50,
      signal,
    });
    const poison = { kind: 'poison', why: 'empty', key: 'poison-1' } as const;
    feed.put([poison]);
    await until(() => feed.produced().length === 1);
    feed.put([poison]);
    await feed.stop();
    assert.equal(feed.produced().length, 2);
  });

  it('that is calm gives orders without trouble alone', async () => {
    const feed = startFeed({
      producer: { append: () => Promise.resolve() },
      messages,
      perSecond: 1_000,
      signal,
    });
    feed.calmDown();
    await until(() => feed.produced().length >= 100);
    await feed.stop();
    for (const message of feed.produced())
      assert.ok(message.kind === 'order' && message.order.scenario.kind === 'normal');
  });
});
