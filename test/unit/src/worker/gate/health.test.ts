import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../../../src/capture/evidence.js';
import type { Answer, Heard } from '../../../../../src/ports/provider.js';
import { healthOf } from '../../../../../src/worker/gate/health.js';

function answer(heard: Heard, finding: Finding): Answer {
  return {
    ...{ finding, heard, at: new Date(0), providerCode: null, providerMessage: null },
    ...{ raw: null, httpStatus: null, retryAfterMs: null },
  };
}

describe('the health of a provider', () => {
  it('is bad if nobody answers, or with what can’t be read or believed', () => {
    assert.equal(healthOf(answer('nothing', { is: 'not_sent' }), 'capture'), 'ill');
    assert.equal(healthOf(answer('nothing', { is: 'unknown' }), 'inquiry'), 'ill');
    assert.equal(healthOf(answer('noise', { is: 'unknown' }), 'capture'), 'ill');
    assert.equal(healthOf(answer('noise', { is: 'not_processed' }), 'capture'), 'ill');
  });

  it('is bad if it turns requests away unread, or doesn’t know what it did', () => {
    assert.equal(healthOf(answer('word', { is: 'not_processed' }), 'inquiry'), 'ill');
    assert.equal(healthOf(answer('word', { is: 'unknown' }), 'capture'), 'ill');
  });

  it('is good whatever it says of a capture or of our credentials', () => {
    for (const is of ['busy', 'in_process', 'id_taken', 'account_fault', 'foreign', 'authorised'] as const)
      assert.equal(healthOf(answer('word', { is }), 'capture'), 'well', is);
    assert.equal(healthOf(answer('word', { is: 'declined', category: 'funds' }), 'capture'), 'well');
  });

  it('isn’t told by an inquiry that is refused, nor by what we did ourselves', () => {
    assert.equal(healthOf(answer('word', { is: 'unknown' }), 'inquiry'), 'untold');
    assert.equal(healthOf(answer('ours', { is: 'not_sent' }), 'capture'), 'untold');
    assert.equal(healthOf(answer('ours', { is: 'unknown' }), 'capture'), 'untold');
  });
});
