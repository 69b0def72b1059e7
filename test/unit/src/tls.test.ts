import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLoopback } from '../../../src/loopback.js';
import { sslOptions } from '../../../src/store/connection.js';
import { tlsFault, tlsOptions } from '../../../src/tls.js';

function coded(code: string, message = 'the reason', options: { cause?: unknown } = {}): Error {
  return Object.assign(new Error(message, options), { code });
}

describe('tlsFault', () => {
  it('says what the code of an error means, wherever in the chain of causes it stands', () => {
    for (const [code, expected] of [
      [
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        /an authority that is not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
      ],
      ['SELF_SIGNED_CERT_IN_CHAIN', /an authority that is not trusted/],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', /an authority that is not trusted/],
      ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /an authority that is not trusted/],
      ['CERT_HAS_EXPIRED', /has expired/],
      ['CERT_NOT_YET_VALID', /not valid yet/],
      ['ERR_TLS_CERT_ALTNAME_INVALID', /for other names \(the reason\)/],
      ['ERR_SSL_WRONG_VERSION_NUMBER', /speaks no TLS/],
      ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /asks for a client certificate/],
      ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', /asks for a client certificate/],
      ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /asks for a client certificate/],
      ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', /^TLS failed \(ERR_SSL_NO_PROTOCOLS_AVAILABLE\)$/],
    ] as const) {
      assert.match(tlsFault(coded(code)) ?? '', expected);
      const outer = new Error('outer', { cause: new AggregateError([coded(code)], 'all failed') });
      assert.match(tlsFault(outer) ?? '', expected);
    }
  });

  it('is null for all else', () => {
    for (const error of [coded('ECONNREFUSED'), coded('28P01'), new Error('TLS'), 'CERT_HAS_EXPIRED', null])
      assert.equal(tlsFault(error), null);
    const endless = new Error('again');
    endless.cause = endless;
    assert.equal(tlsFault(endless), null);
  });
});

describe('options of TLS', () => {
  const none = { authorities: null, identity: null };

  it('check the other end, whatever NODE_TLS_REJECT_UNAUTHORIZED says', () => {
    assert.deepEqual(tlsOptions(none), { rejectUnauthorized: true });
    assert.deepEqual(sslOptions({ ...none, checks: 'name' }), { rejectUnauthorized: true });
  });

  it('leave out of the check what a database mode leaves out, and nothing else', () => {
    const { checkServerIdentity, ...rest } =
      sslOptions({ ...none, authorities: 'CA', checks: 'authority' }) || {};
    assert.deepEqual(rest, { rejectUnauthorized: true, ca: 'CA' });
    assert.equal(typeof checkServerIdentity, 'function');
    assert.deepEqual(sslOptions({ ...none, checks: 'nothing' }), { rejectUnauthorized: false });
    assert.equal(sslOptions(null), false);
  });
});

describe('isLoopback', () => {
  it('knows this machine, and is not taken in by names that look like it', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.9.1', '::1', '[::1]'])
      assert.ok(isLoopback(host), host);
    for (const host of ['localhost.example.com', '127.0.0.1.example.com', '10.0.0.1', '', '::2', '127.1'])
      assert.ok(!isLoopback(host), host);
  });
});
