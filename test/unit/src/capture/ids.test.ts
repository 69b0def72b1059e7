import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  attemptIdOf,
  captureIdOf,
  eventIdOf,
  evidenceIdOf,
  requestIdOf,
  traceparentOf,
} from '../../../../src/capture/ids.js';

const CLAIM = { provider: 'wallet', merchantId: 'm', captureReference: 'p' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids', () => {
  it('never change: a request id that did would be a new request to the provider', () => {
    const captureId = captureIdOf(CLAIM);
    assert.equal(captureId, 'ace6e5c7-f767-8588-b2d8-0365e010853a');
    assert.equal(requestIdOf(captureId, 1), '60fd3441ebdb4ca4337147a8ee90285d');
  });

  it('are UUIDs, and request ids 32 characters that every provider takes', () => {
    const captureId = captureIdOf(CLAIM);
    for (const id of [
      captureId,
      attemptIdOf(captureId, 1),
      eventIdOf(captureId, 1),
      evidenceIdOf(captureId, 'x'),
    ]) {
      assert.match(id, UUID);
    }
    assert.match(requestIdOf(captureId, 1), /^[0-9a-f]{32}$/);
    assert.match(traceparentOf(captureId), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('differ when any part of what they name differs, wherever the parts are cut', () => {
    const claim = fc.record({
      provider: fc.string(),
      merchantId: fc.string(),
      captureReference: fc.string(),
    });
    fc.assert(
      fc.property(claim, claim, (a, b) => {
        const same =
          a.provider === b.provider &&
          a.merchantId === b.merchantId &&
          a.captureReference === b.captureReference;
        assert.equal(captureIdOf(a) === captureIdOf(b), same);
      }),
    );
    assert.notEqual(
      captureIdOf({ provider: 'ab', merchantId: 'c', captureReference: 'd' }),
      captureIdOf({ provider: 'a', merchantId: 'bc', captureReference: 'd' }),
    );
    assert.notEqual(requestIdOf('c', 1), requestIdOf('c', 2));
    assert.notEqual(eventIdOf('c', 1), eventIdOf('c', 2));
    assert.notEqual(attemptIdOf('c', 1), eventIdOf('c', 1));
  });
});
