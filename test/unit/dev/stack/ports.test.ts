import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { StackError } from '../../../../dev/stack/errors.js';
import { freePort, freePorts, isFree, portsBelow } from '../../../../dev/stack/ports.js';
import { listen } from '../../../support/stack-process.js';

describe('ports', () => {
  it('lie below the range that outgoing connections are given', () => {
    assert.deepEqual(portsBelow('32768\t60999\n'), { from: 15_000, to: 32_767 });
    assert.deepEqual(portsBelow('20000 65535'), { from: 15_000, to: 19_999 });
  });

  it('come from the usual range if nothing useful is left below, or nothing can be read', () => {
    for (const text of ['1024\t65535', '', 'nonsense'])
      assert.deepEqual(portsBelow(text), { from: 15_000, to: 32_767 });
  });

  it('are not handed out twice', async () => {
    const ports = await freePorts(50);
    assert.equal(new Set(ports).size, 50);
  });

  it('are not handed out while somebody listens there', async () => {
    const server = createServer();
    const port = await listen(server);
    assert.equal(await isFree(port), false);
    await assert.rejects(
      freePort({ from: port, to: port }),
      (error) => error instanceof StackError && error.code === 'STACK_PORT_TAKEN',
    );
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await isFree(port), true);
    assert.equal(await freePort({ from: port, to: port }), port);
  });
});
