import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FAILURE_CATEGORIES } from '../../../../src/capture/outcome.js';
import { isRejection } from '../../../../src/capture/rejection.js';
import { captureIdOf } from '../../../../src/capture/ids.js';
import { notificationDecoder } from '../../../../src/kafka/notification-decoder.js';
import { notificationEncoder } from '../../../../src/kafka/notification-encoder.js';
import type { NotificationSays, StoredNotification } from '../../../../src/ports/notification.js';
import type { NotificationRecord } from '../../../../src/ports/notification-store.js';
import { aCapture } from '../../../support/captures.js';
import { contractsWithIds, MemoryRegistry } from '../../../support/contracts.js';
import { headerOf } from '../../../support/headers.js';
import { aNotification, TOLD_CAPTURED, topicFormOf } from '../../../support/notifications.js';

const contracts = contractsWithIds();
const encode = notificationEncoder(contracts);
const decode = notificationDecoder(contracts, {
  registry: new MemoryRegistry(),
  clock: { monotonic: () => 0, sleep: () => Promise.resolve() },
});

const PLAIN = { noNullPrototype: true };
const text = fc.option(fc.string({ unit: 'binary' }));
const time = fc.date({ noInvalidDate: true });
const amount = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
const money = fc.option(fc.record({ amount, currency: fc.string({ unit: 'binary' }) }, PLAIN));
const captured = fc.record(
  {
    is: fc.constant('captured' as const),
    money,
    requestId: text,
    providerCaptureId: text,
    capturedAt: fc.option(time),
  },
  PLAIN,
);
const refused = fc.record(
  {
    is: fc.constantFrom('declined' as const, 'closed' as const),
    category: fc.constantFrom(...FAILURE_CATEGORIES),
  },
  PLAIN,
);
const open = fc
  .constantFrom(
    'in_process' as const,
    'authorised' as const,
    'cancelled' as const,
    'foreign' as const,
    'hint' as const,
  )
  .map((is): NotificationSays => ({ is }));
const says: fc.Arbitrary<NotificationSays> = fc.oneof(captured, refused, open);
const notifications: fc.Arbitrary<StoredNotification> = fc
  .tuple(says, time, text, text)
  .map(([said, at, providerCode, providerMessage]) =>
    aNotification(said, aCapture(), { at, providerCode, providerMessage }),
  );

async function reasonOf(change: Partial<NotificationRecord>): Promise<string> {
  const { value } = encode({ ...topicFormOf(aNotification(TOLD_CAPTURED)), ...change });
  const decoded = await decode(value);
  assert.ok(isRejection(decoded));
  assert.equal(decoded.rejected, 'undecodable');
  return `${decoded.field} ${decoded.problem}`;
}

describe('a notification', () => {
  it('is read from its topic as it was stored, but for the body', async () => {
    await fc.assert(
      fc.asyncProperty(notifications, async (notification) => {
        const { value } = encode(topicFormOf(notification));
        assert.deepEqual(await decode(value), { ...notification, raw: null });
      }),
    );
  });

  it('is keyed by the capture reference, and names the capture that it is of, also one that does not exist yet', () => {
    const notification = aNotification(TOLD_CAPTURED);
    const { topic, key, headers } = encode(topicFormOf(notification));
    assert.equal(topic, 'capture.notification');
    assert.equal(String(key), notification.captureReference);
    assert.equal(headerOf(headers, 'ce_id'), notification.notificationId);
    assert.equal(headerOf(headers, 'ce_type'), 'capture.notification.v1');
    assert.equal(headerOf(headers, 'ce_subject'), captureIdOf(notification));
  });

  it('is the same bytes each time', () => {
    const notification = topicFormOf(aNotification(TOLD_CAPTURED));
    assert.deepEqual(encode(notification), encode(notification));
  });

  it('is a dead letter if it says what this version does not know: it is never guessed', async () => {
    assert.equal(await reasonOf({ says: 'settled' }), 'says is "settled", which this version does not know');
    assert.match(await reasonOf({ says: 'unknown' }), /^says is "unknown"/);
    assert.match(await reasonOf({ provider: 'newpay' }), /^provider is "newpay"/);
    assert.match(await reasonOf({ says: 'declined', category: 'weather' }), /^category is "weather"/);
    assert.match(await reasonOf({ says: 'closed', category: null }), /^category is ""/);
  });

  it('is a dead letter if it contradicts itself', async () => {
    assert.match(await reasonOf({ amount: 1n, currency: null }), /^amount /);
    assert.match(await reasonOf({ amount: null, currency: 'IQD' }), /^amount /);
    assert.match(await reasonOf({ notificationId: 'ABC' }), /^notificationId is not 64 hexadecimal digits/);
  });
});
