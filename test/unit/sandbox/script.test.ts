import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CALM } from '../../../sandbox/profiles.js';
import { Director } from '../../../sandbox/script.js';

const declining = { ...CALM, decline: { RISK_REJECT: 1 } };

describe('the director', () => {
  it('counts the calls of each payment and each endpoint apart', () => {
    const director = new Director({ profile: null, seed: '1' });
    for (const paymentId of ['p', 'q']) {
      director.assign(paymentId, { capture: [{ kind: 'garbage' }], inquiry: [{ kind: 'unsigned' }] });
    }
    const kinds = (['capture', 'inquiry', 'capture', 'inquiry'] as const).map(
      (endpoint) => director.next(endpoint, 'p').kind,
    );
    assert.deepEqual(kinds, ['garbage', 'unsigned', 'normal', 'normal']);
    assert.equal(director.next('capture', 'q').kind, 'garbage');
  });

  it('lets a script go before the profile, endpoint by endpoint', () => {
    const director = new Director({ profile: declining, seed: '1' });
    director.assign('p', { capture: { kind: 'normal' }, inquiry: null });
    director.assign('q', { capture: null, inquiry: { kind: 'garbage' } });
    assert.equal(director.next('capture', 'p').kind, 'normal');
    assert.equal(director.next('capture', 'q').kind, 'answer');
    assert.equal(director.next('inquiry', 'q').kind, 'garbage');
  });

  it('leaves payments alone that it was never told of, and has forgotten all after a reset', () => {
    const director = new Director({ profile: declining, seed: '1' });
    assert.equal(director.next('capture', 'stranger').kind, 'normal');
    director.assign('p', { capture: [{ kind: 'garbage' }], inquiry: null });
    director.next('capture', 'p');
    director.reset();
    assert.equal(director.next('capture', 'p').kind, 'normal');
    director.assign('p', { capture: [{ kind: 'garbage' }], inquiry: null });
    assert.equal(director.next('capture', 'p').kind, 'garbage');
  });
});
