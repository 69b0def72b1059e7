import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { runCli } from '../../../support/cli.js';
import { listen } from '../../../support/stack-process.js';

describe('schemas register', () => {
  it('ends with 4 where something answers that is no registry, and with 5 where one is in trouble', async (t) => {
    let status = 404;
    const server = createServer((_request, response) => response.writeHead(status).end('<html>'));
    t.after(() => server.close());
    const env = { SCHEMA_REGISTRY_URL: `http://127.0.0.1:${String(await listen(server))}` };
    const wrong = await runCli(['schemas', 'register'], env);
    assert.deepEqual([wrong.code, wrong.out], [4, '']);
    assert.match(
      wrong.err,
      /has no schema registry's API there: correct the host and path of SCHEMA_REGISTRY_URL/,
    );
    status = 503;
    assert.equal((await runCli(['schemas', 'register'], env)).code, 5);
  });
});
