import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { pino } from 'pino';
import { CaptureWorkerError } from '../../../../src/errors.js';
import type { HealthOptions, HealthServer } from '../../../../src/http/health.js';
import { createHealthServer } from '../../../../src/http/health.js';

const open: HealthServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(change: Partial<HealthOptions> = {}): Promise<string> {
  const server = await createHealthServer({
    host: '127.0.0.1',
    port: 0,
    alive: () => ({ ok: true }),
    checks: {},
    metrics: {
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      metrics: () => Promise.resolve('x 1\n'),
    },
    refresh: () => Promise.resolve(),
    log: pino({ level: 'silent' }),
    ...change,
  });
  open.push(server);
  return server.url;
}

async function ask(url: string): Promise<[status: number, body: unknown]> {
  const answer = await fetch(url);
  return [answer.status, await answer.json()];
}

describe('/livez', () => {
  it('is 200 while alive, and 503 with the reason when not', async () => {
    let alive: ReturnType<HealthOptions['alive']> = { ok: true };
    const url = await serve({ alive: () => alive });
    assert.deepEqual(await ask(`${url}/livez`), [200, { alive: true }]);
    alive = { ok: false, missing: 'the consumer has stopped' };
    assert.deepEqual(await ask(`${url}/livez`), [503, { alive: false, why: 'the consumer has stopped' }]);
  });

  it('does not depend on the parts', async () => {
    const url = await serve({ checks: { database: () => ({ ok: false, missing: 'away' }) } });
    assert.equal((await ask(`${url}/livez`))[0], 200);
  });
});

describe('/readyz', () => {
  it('is 200 when every part is there', async () => {
    const url = await serve({
      checks: { kafka: () => ({ ok: true }), database: () => Promise.resolve({ ok: true }) },
    });
    assert.deepEqual(await ask(`${url}/readyz`), [
      200,
      { ready: true, parts: { kafka: { ok: true }, database: { ok: true } } },
    ]);
  });

  it('is 503 and says which part is missing, and why, without secrets', async () => {
    const url = await serve({
      checks: {
        kafka: () => ({ ok: false, missing: 'no partitions assigned yet' }),
        database: () => Promise.reject(new Error('refused: postgresql://worker:hunter2@db/x')),
        registry: () => ({ ok: true }),
      },
    });
    assert.deepEqual(await ask(`${url}/readyz`), [
      503,
      {
        ready: false,
        parts: {
          kafka: { ok: false, missing: 'no partitions assigned yet' },
          database: { ok: false, missing: 'refused: postgresql://worker:[redacted]@db/x' },
          registry: { ok: true },
        },
      },
    ]);
  });

  it('counts a part that does not answer as missing, and looks at it once for all who ask meanwhile', async () => {
    let looks = 0;
    const url = await serve({
      checks: {
        database: () => {
          looks += 1;
          return new Promise(() => undefined);
        },
      },
    });
    const answers = await Promise.all([ask(`${url}/readyz`), ask(`${url}/readyz`)]);
    for (const [status, body] of answers) {
      assert.equal(status, 503);
      assert.match(JSON.stringify(body), /"missing":"no answer within 900 ms"/);
    }
    assert.equal(looks, 1);
  });
});

describe('/metrics', () => {
  it('refreshes, then shows the page as Prometheus text', async () => {
    let page = 'stale 1\n';
    const url = await serve({
      refresh: () => Promise.resolve(void (page = 'fresh 1\n')),
      metrics: {
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
        metrics: () => Promise.resolve(page),
      },
    });
    const answer = await fetch(`${url}/metrics`);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(await answer.text(), 'fresh 1\n');
  });
});

describe('createHealthServer', () => {
  it('says in clear words that the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      await assert.rejects(serve({ port }), (error: unknown) => {
        assert.ok(error instanceof CaptureWorkerError);
        assert.equal(error.code, 'PORT_UNAVAILABLE');
        assert.match(
          error.message,
          new RegExp(`127\\.0\\.0\\.1:${String(port)}.*another process.*CAPTURE_WORKER_HTTP_PORT`),
        );
        return true;
      });
    } finally {
      other.close();
    }
  });

  it('says in clear words that the address is not ours', async () => {
    await assert.rejects(
      serve({ host: '203.0.113.7' }),
      /no address of this machine.*CAPTURE_WORKER_HTTP_HOST/,
    );
  });

  it('closes although a probe keeps its connection', async () => {
    const url = await serve();
    await ask(`${url}/livez`);
    await Promise.all(open.splice(0).map((server) => server.close()));
    await assert.rejects(fetch(`${url}/livez`));
  });
});
