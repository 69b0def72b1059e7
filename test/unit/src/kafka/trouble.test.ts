import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Trouble } from '../../../../src/kafka/trouble.js';
import { watchTrouble } from '../../../../src/kafka/trouble.js';

const UNTRUSTED = Object.assign(new Error('self-signed certificate'), {
  code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
});
const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

function connect(trouble: Trouble, broker: string): Socket {
  const socket = new Socket();
  trouble.watch(socket, broker, 'secureConnect');
  return socket;
}

function fail(trouble: Trouble, broker: string, error: Error): void {
  connect(trouble, broker).emit('error', error);
}

async function isHopeless({ hopeless }: Trouble): Promise<boolean> {
  return Promise.race([hopeless.catch(() => true), setImmediate(false)]);
}

describe('watchTrouble', () => {
  it('tells what went wrong last, until a connection is made', () => {
    const trouble = watchTrouble(['a:1']);
    assert.equal(trouble.last(), null);
    fail(trouble, 'a:1', REFUSED);
    fail(trouble, 'b:1', UNTRUSTED);
    assert.equal(trouble.last(), UNTRUSTED);
    connect(trouble, 'a:1').emit('secureConnect');
    assert.equal(trouble.last(), null);
  });

  it('tells what is noted, whatever becomes of connections', () => {
    const trouble = watchTrouble(['a:1']);
    const noToken = new Error('no token');
    trouble.note(noToken);
    connect(trouble, 'a:1').emit('secureConnect');
    fail(trouble, 'a:1', REFUSED);
    assert.equal(trouble.last(), noToken);
    trouble.note(null);
    assert.equal(trouble.last(), REFUSED);
  });

  it('gives up when TLS failed with all brokers, and not for less', async () => {
    const trouble = watchTrouble(['a:1', 'b:1']);
    fail(trouble, 'a:1', UNTRUSTED);
    fail(trouble, 'b:1', REFUSED);
    fail(trouble, 'learnt:1', UNTRUSTED);
    assert.equal(await isHopeless(trouble), false);
    // It was mended meanwhile.
    connect(trouble, 'a:1').emit('secureConnect');
    fail(trouble, 'b:1', UNTRUSTED);
    assert.equal(await isHopeless(trouble), false);
    fail(trouble, 'a:1', UNTRUSTED);
    assert.equal(await isHopeless(trouble), true);
    await assert.rejects(trouble.hopeless, UNTRUSTED);
  });
});
