import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captureIdOf, requestIdOf } from '../../../../src/capture/ids.js';
import type { Notice } from '../../../../src/providers/notification.js';
import { heldAgainst, notificationIdOf, wordsOf } from '../../../../src/providers/notification.js';

const SHOP = { provider: 'wallet', merchantId: 'm-1' } as const;
const CAPTURE_ID = captureIdOf({ ...SHOP, captureReference: 'p-1' });
const DECLINED: Notice = {
  captureReference: 'p-1',
  says: { is: 'declined', category: 'risk' },
  requestId: requestIdOf(CAPTURE_ID, 1),
  at: null,
  providerCode: 'RISK_REJECT',
  providerMessage: null,
};

describe('a notification’s id', () => {
  const body = Buffer.from('{}');
  const id = notificationIdOf(SHOP, body, 'verified');

  it('is the same for the same, and 64 hexadecimal digits', () => {
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.equal(notificationIdOf({ ...SHOP }, Buffer.from('{}'), 'verified'), id);
  });

  it('is another for another provider, merchant or body, however they are cut', () => {
    const others = [
      notificationIdOf({ ...SHOP, provider: 'payermax' }, body, 'verified'),
      notificationIdOf({ ...SHOP, merchantId: 'm-12' }, body, 'verified'),
      notificationIdOf(SHOP, Buffer.from('{} '), 'verified'),
      notificationIdOf({ ...SHOP, merchantId: 'm-12:{' }, Buffer.from('}'), 'verified'),
    ];
    assert.equal(new Set([id, ...others]).size, 5);
  });

  it('is another out of the window, so that it is not in the way of the same in time', () => {
    assert.notEqual(notificationIdOf(SHOP, body, 'out_of_window'), id);
  });
});

describe('a refusal', () => {
  it('counts for the request that it names, if that is one of ours', () => {
    for (const generation of [1, 2, 7]) {
      const requestId = requestIdOf(CAPTURE_ID, generation);
      const { says } = heldAgainst({ ...DECLINED, requestId }, SHOP);
      assert.deepEqual(says, { ...DECLINED.says, requestId });
    }
  });

  it('decides nothing if it is of another: somebody else’s, another merchant’s, nobody’s', () => {
    for (const notice of [
      { ...DECLINED, requestId: 'made-by-hand' },
      { ...DECLINED, requestId: null },
      { ...DECLINED, captureReference: 'p-2' },
    ])
      assert.deepEqual(heldAgainst(notice, SHOP), { ...notice, says: { is: 'hint' } });
    assert.deepEqual(heldAgainst(DECLINED, { ...SHOP, merchantId: 'm-2' }).says, { is: 'hint' });
  });

  it('is held against our requests alone: other findings stay as they are', () => {
    const closed: Notice = { ...DECLINED, says: { is: 'closed', category: 'other' }, requestId: null };
    assert.deepEqual(heldAgainst(closed, SHOP), closed);
  });
});

describe('a provider’s words in a notice', () => {
  it('are storable, and not empty', () => {
    assert.equal(wordsOf(null), null);
    assert.equal(wordsOf(''), null);
    assert.equal(wordsOf('a\u0000b'), 'a\uFFFDb');
    assert.equal(wordsOf('x'.repeat(600))?.length, 512);
  });
});
