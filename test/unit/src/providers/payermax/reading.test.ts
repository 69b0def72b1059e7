import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { PAYERMAX_CODES } from '../../../../../src/providers/payermax/codes.js';
import { readSigned } from '../../../../../src/providers/payermax/reading.js';
import { captureAnswer } from '../../../../../src/providers/payermax/wire.js';

const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });

type Signed = 'verified' | 'unsigned' | 'invalid';

/** What is read of an answer: its code, or why there is nothing to read. */
function read(text: string, signed: Signed, required: { answers: boolean; refusals: boolean }): string {
  const body = Buffer.from(text);
  const key = signed === 'verified' ? theirs.privateKey : ours.privateKey;
  const headers = signed === 'unsigned' ? {} : { sign: sign('RSA-SHA256', body, key).toString('base64') };
  const trust = {
    payermaxPublicKey: theirs.publicKey,
    requireSignedAnswers: required.answers,
    requireSignedRefusals: required.refusals,
  };
  const reading = readSigned({ headers, body }, trust, {
    schema: captureAnswer,
    read: ({ code, msg }) => ({ finding: { is: 'unknown' }, code, message: msg }),
  });
  return 'because' in reading ? reading.because : (reading.code ?? 'no code');
}

const usual = { answers: true, refusals: false };
const strict = { answers: true, refusals: true };
const lax = { answers: false, refusals: false };
const codes = [...PAYERMAX_CODES.map(({ code }) => code), 'CODE_OF_NO_PAGE'];
const others = codes.filter((code) => code !== 'APPLY_SUCCESS');

describe('an answer', () => {
  it('is read if PayerMax signed it', () => {
    for (const code of codes) assert.equal(read(`{"code":"${code}"}`, 'verified', strict), code);
  });

  it('is never read if somebody else signed it', () => {
    for (const required of [usual, strict, lax]) {
      for (const code of codes) {
        assert.equal(
          read(`{"code":"${code}"}`, 'invalid', required),
          "the answer's signature isn't PayerMax's",
        );
      }
    }
  });

  it('that nobody signed is no acceptance, but where answers are not signed at all', () => {
    const acceptance = '{"code":"APPLY_SUCCESS","data":{"status":"FAILED"}}';
    assert.equal(read(acceptance, 'unsigned', usual), "the answer isn't signed");
    assert.equal(read(acceptance, 'unsigned', lax), 'APPLY_SUCCESS');
  });

  it('that nobody signed may be a refusal, unless those must be signed', () => {
    for (const code of others) {
      assert.equal(read(`{"code":"${code}"}`, 'unsigned', usual), code);
      assert.equal(read(`{"code":"${code}"}`, 'unsigned', strict), "the answer isn't signed");
    }
  });

  it('that cannot be read says nothing, signed or not', () => {
    for (const signed of ['verified', 'unsigned'] as const) {
      assert.equal(read('{"code":', signed, usual), "the answer can't be read");
    }
  });
});
