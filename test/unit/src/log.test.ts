import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Logger } from 'pino';
import { CaptureWorkerError } from '../../../src/errors.js';
import { createLogger, idsOf, placeOf } from '../../../src/log.js';
import { aCapture } from '../../support/captures.js';

/** A logger and the lines that it wrote, as text. */
function recorded(level = 'info'): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log = createLogger({
    level,
    workerId: 'worker-7',
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, lines };
}

function only(lines: readonly string[]): Record<string, unknown> {
  assert.equal(lines.length, 1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('createLogger', () => {
  it('writes one line of JSON with time, level, service and worker', () => {
    const { log, lines } = recorded();
    log.warn({ amount: 5n }, 'careful');
    const { time, ...rest } = only(lines);
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(rest, {
      level: 'warn',
      service: 'capture-worker',
      worker: 'worker-7',
      amount: '5',
      msg: 'careful',
    });
    assert.ok(lines[0]?.endsWith('\n'));
  });

  it('writes nothing below its level', () => {
    const { log, lines } = recorded('error');
    log.info('unheard');
    assert.deepEqual(lines, []);
  });

  it('describes errors, with our code and what caused them', () => {
    const { log, lines } = recorded();
    const cause = new Error('connect ECONNREFUSED postgresql://worker:hunter2@db/x');
    log.error({ err: new CaptureWorkerError('STORE_UNAVAILABLE', 'no database', { cause }) }, 'failed');
    const err = only(lines)['err'] as Record<string, unknown>;
    assert.deepEqual(
      [err['type'], err['code'], err['message']],
      ['CaptureWorkerError', 'STORE_UNAVAILABLE', 'no database'],
    );
    assert.match(JSON.stringify(err['cause']), /ECONNREFUSED postgresql:\/\/worker:\[redacted\]@db/);
  });

  it('lets no secret out, whichever way it comes in', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const failure = Object.assign(new Error('login failed for postgresql://worker:hunter2@db/x'), {
      headers: { signature: 'hunter2' },
      detail: 'hunter2',
    });
    const ways: ((log: Logger) => void)[] = [
      (log) => {
        log.info({ password: 'hunter2' }, 'direct');
      },
      (log) => {
        log.info({ config: { database: { url: 'postgresql://worker:hunter2@db/x' } } }, 'a URL within');
      },
      (log) => {
        log.info({ accounts: [{ wallet: { privateKey: pem, signature: 'hunter2' } }] }, 'nested');
      },
      (log) => {
        log.info({ account: { key: privateKey } }, 'a key object');
      },
      (log) => {
        log.info('connecting to postgresql://worker:hunter2@db/x');
      },
      (log) => {
        log.info('connecting to %s with %j', 'postgresql://worker:hunter2@db/x', { password: 'hunter2' });
      },
      (log) => {
        log.info(`read ${pem}`);
      },
      (log) => {
        log.error(failure);
      },
      (log) => {
        log.error({ err: failure }, 'with an error');
      },
      (log) => {
        log.error({ reason: new Error('outer', { cause: failure }) }, 'under another name');
      },
      (log) => {
        log.child({ password: 'hunter2' }).info('bound');
      },
      (log) => {
        log.child({ err: failure, request: { signature: 'hunter2' } }).info('bound within');
      },
      (log) => {
        log.child({ url: 'postgresql://worker:hunter2@db/x' }).child({ pem }).info('bound twice');
      },
      (log) => {
        log.info({ headers: { 'x-any': 'hunter2' }, body: '{"name":"hunter2"}' }, 'an exchange');
      },
      (log) => {
        log.info({ text: 'answered {"signature":"hunter2"}' }, 'a body in a text');
      },
    ];
    for (const way of ways) {
      const { log, lines } = recorded();
      way(log);
      assert.doesNotMatch(lines.join(''), /hunter2|MII[A-Za-z0-9+/]{20}/);
      assert.ok(typeof only(lines)['msg'] === 'string', lines.join(''));
    }
  });
});

describe('the ids of a line', () => {
  it('name a capture in every way in which people look for it', () => {
    const { log, lines } = recorded();
    const { captureId, orderId, paymentId, requestId } = aCapture();
    log.info(idsOf(aCapture()), 'sent');
    const { time, ...rest } = only(lines);
    assert.ok(time);
    assert.deepEqual(rest, {
      level: 'info',
      service: 'capture-worker',
      worker: 'worker-7',
      captureId,
      orderId,
      paymentId,
      requestId,
      provider: 'wallet',
      account: 'shop',
      msg: 'sent',
    });
  });

  it('say where a message was read', () => {
    const { log, lines } = recorded();
    log.info(placeOf({ topic: 'order.fulfilled', partition: 3, offset: 12n }), 'read');
    const { topic, partition, offset } = only(lines);
    assert.deepEqual([topic, partition, offset], ['order.fulfilled', 3, '12']);
  });
});
