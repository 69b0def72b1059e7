import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bodyAround } from '../../../../../src/providers/payermax/gateway.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const account = {
  baseUrl: 'https://gateway.example',
  timeoutMs: 15_000,
  maxInFlight: 1,
  merchantNo: 'M1',
  appId: 'A"1',
  version: '1.5',
  keyVersion: '1',
  privateKey,
  payermaxPublicKey: theirs.publicKey,
  requireSignedAnswers: true,
  requireSignedRefusals: false,
};
const now = new Date('2026-11-21T10:00:00.123Z');

function around(data: string): string {
  return Buffer.from(bodyAround(Buffer.from(data, 'utf8'), account, now)).toString('utf8');
}

describe('the envelope', () => {
  it('has its own members, and the data as they are, number and blank', () => {
    assert.equal(
      around('{"amount" : 100.10}'),
      '{"version":"1.5","keyVersion":"1","requestTime":"2026-11-21T10:00:00.123+00:00",' +
        '"appId":"A\\"1","merchantNo":"M1","data":{"amount" : 100.10}}',
    );
  });

  it('is JSON around any JSON, and keeps its text', () => {
    fc.assert(
      fc.property(fc.json(), (data) => {
        const body = around(data);
        assert.ok(body.endsWith(`,"data":${data}}`));
        const parsed: unknown = JSON.parse(body);
        assert.deepEqual(parsed, {
          version: '1.5',
          keyVersion: '1',
          requestTime: '2026-11-21T10:00:00.123+00:00',
          appId: 'A"1',
          merchantNo: 'M1',
          data: JSON.parse(data) as unknown,
        });
      }),
    );
  });
});
