import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { CaptureWorkerError } from '../../../../src/errors.js';
import { oauthTokens, renewAfter } from '../../../../src/kafka/oauth.js';
import type { TokenEndpoint } from '../../../support/token-endpoint.js';
import { CLIENT, json, startTokenEndpoint } from '../../../support/token-endpoint.js';

const SECOND = 1_000;

/** Tokens of an endpoint by a clock that the test sets. `answer` answers in the place of the endpoint if it returns true. */
async function tokens(
  t: TestContext,
  {
    scope = null,
    answer = () => false,
    secret = CLIENT.secret,
  }: {
    readonly scope?: string | null;
    readonly answer?: (response: ServerResponse) => boolean;
    readonly secret?: string;
  } = {},
): Promise<{ endpoint: TokenEndpoint; token: () => Promise<string>; time: { ms: number } }> {
  const endpoint = await startTokenEndpoint({ lifeSeconds: 300, answer });
  t.after(() => {
    endpoint.close();
  });
  const time = { ms: 0 };
  const source = { url: endpoint.url, clientId: CLIENT.id, clientSecret: secret, scope };
  return { endpoint, token: oauthTokens(source, { monotonic: () => time.ms }), time };
}

/** Checks what a failure says, to people and to kafkajs. */
function failing(code: string, text: RegExp, retriable: boolean): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof CaptureWorkerError);
    assert.equal(error.code, code);
    assert.match(error.message, text);
    assert.ok('retriable' in error);
    assert.equal(error.retriable, retriable);
    assert.equal(error.cause, undefined);
    assert.doesNotMatch(error.message, /s&cret|s%26cret|hunter|Basic/);
    return true;
  };
}

describe('tokens of an endpoint', () => {
  it('are asked for with the credentials as the standard encodes them, and with the scope if there is one', async (t) => {
    const { endpoint, token } = await tokens(t, { scope: 'read write' });
    assert.match(await token(), /^[\w-]+\.[\w-]+\.[\w-]+$/);
    const [request] = endpoint.asked;
    assert.equal(
      Buffer.from(request?.authorization.replace('Basic ', '') ?? '', 'base64').toString(),
      'worker:client%3A+s%26cret%25',
    );
    assert.deepEqual(
      [...(request?.form ?? [])],
      [
        ['grant_type', 'client_credentials'],
        ['scope', 'read write'],
      ],
    );
    const { endpoint: other, token: unscoped } = await tokens(t);
    await unscoped();
    assert.deepEqual([...(other.asked[0]?.form.keys() ?? [])], ['grant_type']);
  });

  it('are kept until shortly before they expire', async (t) => {
    const { endpoint, token, time } = await tokens(t);
    await token();
    time.ms = 239 * SECOND;
    await token();
    assert.equal(endpoint.asked.length, 1);
    time.ms = 241 * SECOND;
    await token();
    assert.equal(endpoint.asked.length, 2);
  });

  it('are asked for once by all who ask at the same time', async (t) => {
    const { endpoint, token } = await tokens(t);
    const [one, other] = await Promise.all([token(), token(), token()]);
    assert.equal(one, other);
    assert.equal(endpoint.asked.length, 1);
  });

  it('are used to their end when there is no newer one, and missed after it', async (t) => {
    let away = false;
    const { token, time } = await tokens(t, {
      answer: (response) => {
        if (away) response.writeHead(503).end('hunter2');
        return away;
      },
    });
    const first = await token();
    away = true;
    time.ms = 299 * SECOND;
    assert.equal(await token(), first);
    time.ms = 301 * SECOND;
    await assert.rejects(token(), failing('LOG_UNAVAILABLE', /\/token answered with status 503$/, true));
    away = false;
    assert.notEqual(await token(), undefined);
  });

  it('are not kept when the endpoint does not say how long they last', async (t) => {
    for (const expires of [{}, { expires_in: null }, { expires_in: 'soon' }, { expires_in: 0 }]) {
      const { endpoint, token } = await tokens(t, {
        answer: (response) => {
          json(response, 200, { access_token: 'abc', ...expires });
          return true;
        },
      });
      assert.deepEqual([await token(), await token()], ['abc', 'abc']);
      assert.equal(endpoint.asked.length, 2);
    }
  });

  it('that are refused are refused for good, in words of ours', async (t) => {
    const { token } = await tokens(t, { secret: 'hunter2' });
    await assert.rejects(
      token(),
      failing(
        'LOG_ACCESS_REFUSED',
        /refuses the client \(status 401, invalid_client\); check KAFKA_SASL_OAUTH/,
        false,
      ),
    );
    for (const body of [{ error: 'Basic hunter2' }, { error: { hunter2: 1 } }, 'hunter2', null]) {
      const refused = await tokens(t, {
        answer: (response) => {
          json(response, 400, body);
          return true;
        },
      });
      await assert.rejects(refused.token(), failing('LOG_ACCESS_REFUSED', /\(status 400\)/, false));
    }
  });

  it('can be had later when there is no usable answer', async (t) => {
    for (const [status, body] of [
      [429, {}],
      [500, { error: 'server_error' }],
      [302, {}],
      [200, { token: 'hunter2' }],
      [200, { access_token: 'hunter 2' }],
      [200, ['hunter2']],
    ] as const) {
      const { token } = await tokens(t, {
        answer: (response) => {
          json(response, status, body);
          return true;
        },
      });
      await assert.rejects(token(), failing('LOG_UNAVAILABLE', /\/token answered with/, true));
    }
    const { endpoint, token } = await tokens(t);
    endpoint.close();
    await assert.rejects(token(), failing('LOG_UNAVAILABLE', /gives no answer \(.*ECONNREFUSED/, true));
  });
});

describe('tokens of a file', () => {
  it('are read anew each time', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'oauth-test-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'token');
    const token = oauthTokens({ file }, { monotonic: () => 0 });
    await assert.rejects(token(), failing('LOG_UNAVAILABLE', /file can't be read: ENOENT.*token/, true));
    await writeFile(file, 'one\n');
    assert.equal(await token(), 'one');
    await writeFile(file, 'two');
    assert.equal(await token(), 'two');
    for (const content of ['', '  \n', 'hunter 2']) {
      await writeFile(file, content);
      await assert.rejects(token(), failing('LOG_UNAVAILABLE', /the file \S+ holds no token/, true));
    }
  });
});

describe('renewAfter', () => {
  it('leaves a part of every life: of a usual one more than kafkajs needs, never more than half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 * 86_400 * SECOND }), (lifeMs) => {
        const left = lifeMs - renewAfter(lifeMs);
        assert.ok(left > 0 && left <= lifeMs / 2 && left <= 300 * SECOND);
        if (lifeMs >= 60 * SECOND) assert.ok(left >= 30 * SECOND);
      }),
    );
  });
});
