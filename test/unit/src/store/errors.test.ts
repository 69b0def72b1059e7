import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { CaptureWorkerError } from '../../../../src/errors.js';
import { storeError } from '../../../../src/store/errors.js';

function answer(sqlstate: string, severity = 'ERROR'): pg.DatabaseError {
  const error = new pg.DatabaseError('the reason', 0, 'error');
  error.code = sqlstate;
  error.severity = severity;
  error.constraint = 'captures_claim';
  return error;
}

function classify(error: unknown): CaptureWorkerError {
  const named = storeError(error, 'claiming captures');
  assert.ok(named instanceof CaptureWorkerError, String(named));
  assert.equal(named.cause, error);
  return named;
}

describe('storeError', () => {
  for (const sqlstate of ['22P02', '22003', '22021', '23505', '23514', '23000', '54000']) {
    it(`blames the data for ${sqlstate}, and says which constraint`, () => {
      const error = classify(answer(sqlstate));
      assert.equal(error.code, 'STORE_REFUSED_DATA');
      assert.equal(
        error.message,
        `the database refused the data while claiming captures: the reason (SQLSTATE ${sqlstate}, captures_claim)`,
      );
      assert.equal(error.retryable, false);
    });
  }

  for (const sqlstate of ['28P01', '28000', '3D000']) {
    it(`takes ${sqlstate} for a login that an operator must mend`, () => {
      const error = classify(answer(sqlstate));
      assert.equal(error.code, 'STORE_LOGIN_REFUSED');
      assert.deepEqual([error.exitCode, error.retryable], [4, true]);
      assert.match(error.message, /mend DATABASE_URL/);
    });
  }

  for (const sqlstate of ['42601', '42704', '22023', '0A000']) {
    it(`takes ${sqlstate} before a session has begun for a parameter of the connection that an operator must mend`, () => {
      const error = classify(answer(sqlstate, 'FATAL'));
      assert.equal(error.code, 'STORE_LOGIN_REFUSED');
      assert.deepEqual([error.exitCode, error.retryable], [4, true]);
      assert.match(error.message, /refused the connection, while .*mend the parameters of DATABASE_URL/);
    });
  }

  for (const sqlstate of ['57014']) {
    it(`takes ${sqlstate} for a row that somebody else holds`, () => {
      const error = classify(answer(sqlstate));
      assert.equal(error.code, 'STORE_BUSY');
      assert.equal(error.retryable, true);
    });
  }

  const passing = ['08006', '40001', '40P01', '53300', '57P01', '57P03', '58030', '25006'];
  for (const sqlstate of passing) {
    it(`takes ${sqlstate} for something that may pass`, () => {
      const error = classify(answer(sqlstate));
      assert.equal(error.code, 'STORE_UNAVAILABLE');
      assert.equal(error.retryable, true);
      assert.match(
        error.message,
        new RegExp(`while claiming captures: the reason \\(SQLSTATE ${sqlstate}\\)`),
      );
    });
  }

  for (const sqlstate of ['42P01', '42703', '42601', '0A000', 'XX001']) {
    it(`hands ${sqlstate}, a fault of ours or of the installation, on as it is`, () => {
      const error = answer(sqlstate);
      assert.equal(storeError(error, 'claiming captures'), error);
    });
  }

  it('takes whatever is no answer of the database for a lost connection', () => {
    const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    for (const error of [
      refused,
      new Error('Connection terminated unexpectedly'),
      new Error('Query read timeout'),
    ]) {
      assert.equal(classify(error).code, 'STORE_UNAVAILABLE');
    }
    assert.match(
      classify(refused).message,
      /ECONNREFUSED; check that it runs and that DATABASE_URL names it/,
    );
  });

  it('tells a connection without TLS from a lost one, with what to look at', () => {
    const expired = Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' });
    for (const [error, text] of [
      [expired, /certificate has expired .*; check host, sslmode, sslrootcert/],
      [new Error('The server does not support SSL connections'), /offers no TLS, .*\?sslmode=disable/],
    ] as const) {
      const { code, exitCode, retryable, message } = classify(error);
      assert.deepEqual([code, exitCode, retryable], ['TLS_FAILED', 4, true]);
      assert.match(message, text);
    }
  });

  it('takes a password that is not there for a login that an operator must mend', () => {
    for (const kind of ['a string', 'a non-empty string']) {
      const text = `SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be ${kind}`;
      const { code, exitCode, message } = classify(new Error(text));
      assert.deepEqual([code, exitCode], ['STORE_LOGIN_REFUSED', 4]);
      assert.match(
        message,
        /asks for a password and there is none, .*DATABASE_URL, .*DATABASE_PASSWORD_FILE/,
      );
    }
  });

  it('leaves an error of ours alone', () => {
    const error = new CaptureWorkerError('SCHEMA_TOO_NEW', 'too new');
    assert.equal(storeError(error, 'migrating'), error);
  });
});
