import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { hasCode } from '../../../../../src/errors.js';
import { registryClient, type RegistryClient } from '../../../../../src/kafka/registry/client.js';
import { NoRegistryThere } from '../../../../../src/kafka/registry/http.js';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

interface Started {
  readonly client: RegistryClient;
  readonly asked: Asked[];
}

type Answer = (response: ServerResponse, question: Asked) => void;

/** A client of a server that gives one answer to everything; both are closed with the test. */
async function answering(
  t: TestContext,
  answer: Answer,
  path = '/apis/ccompat/v7',
  timeoutMs = 5_000,
): Promise<Started> {
  const asked: Asked[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const question = { method: String(request.method), path: String(request.url), body };
    asked.push(question);
    answer(response, question);
  };
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = registryClient({ url: `http://127.0.0.1:${port.toString()}${path}`, timeoutMs });
  t.after(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client, asked };
}

function json(status: number, body: unknown): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

/** The questions that registering consists of, with the answers that let it go on. */
const STEPS = {
  'its level': json(404, { error_code: 40408, message: 'no level' }),
  'the new version': json(200, { id: 9 }),
  'the new level': json(200, { compatibility: 'FULL_TRANSITIVE' }),
};
type Step = keyof typeof STEPS;

function registering(answers: Partial<Record<Step, Answer>>): Answer {
  const steps: Readonly<Record<string, Step>> = {
    GET: 'its level',
    POST: 'the new version',
    PUT: 'the new level',
  };
  return (response, question) => {
    const step = steps[question.method];
    if (step !== undefined) (answers[step] ?? STEPS[step])(response, question);
  };
}

const FULL_TRANSITIVE = json(200, { compatibilityLevel: 'FULL_TRANSITIVE' });
const SCHEMA = '{"type":"record","name":"A","fields":[]}';

const CALLS: Readonly<Record<string, (client: RegistryClient) => Promise<unknown>>> = {
  schemaById: (client) => client.schemaById(5),
  idOf: (client) => client.idOf('a-value', SCHEMA),
  register: (client) => client.register('a-value', SCHEMA),
  compatibilityOf: (client) => client.compatibilityOf('a-value'),
  setCompatibility: (client) => client.setCompatibility('a-value', 'FULL_TRANSITIVE'),
};

describe('the calls', () => {
  it('are those of the registry API', async (t) => {
    const all = { id: 9, schema: SCHEMA, compatibilityLevel: 'full_transitive' };
    const { client, asked } = await answering(t, json(200, all));
    assert.deepEqual(await client.schemaById(5), {
      schema: SCHEMA,
      schemaType: 'AVRO',
      hasReferences: false,
    });
    assert.equal(await client.idOf('a/b-value', SCHEMA), 9);
    assert.equal(await client.register('a-value', SCHEMA), 9);
    assert.equal(await client.compatibilityOf('a-value'), 'FULL_TRANSITIVE');
    await client.setCompatibility('a-value', 'FULL_TRANSITIVE');
    const schema = JSON.stringify({ schema: SCHEMA });
    const api = '/apis/ccompat/v7';
    assert.deepEqual(asked, [
      { method: 'GET', path: `${api}/schemas/ids/5`, body: '' },
      { method: 'POST', path: `${api}/subjects/a%2Fb-value`, body: schema },
      { method: 'GET', path: `${api}/config/a-value`, body: '' },
      { method: 'POST', path: `${api}/subjects/a-value/versions`, body: schema },
      { method: 'GET', path: `${api}/config/a-value`, body: '' },
      { method: 'PUT', path: `${api}/config/a-value`, body: '{"compatibility":"FULL_TRANSITIVE"}' },
    ]);
  });

  it('stand a slash at the end of the URL', async (t) => {
    const { client, asked } = await answering(t, json(200, { id: 1 }), '/');
    await client.idOf('a', SCHEMA);
    assert.equal(asked[0]?.path, '/subjects/a');
  });

  it('send the text of a schema as it is', async (t) => {
    const { client, asked } = await answering(t, registering({}));
    const text = '{ "name":"A", "type" : "record",\n"fields":[], "doc": "\\u00e9 é" }';
    await client.idOf('a', text);
    await client.register('a', text);
    const posted = asked.filter(({ method }) => method === 'POST');
    assert.deepEqual(
      posted.map(({ body }) => JSON.parse(body) as unknown),
      [{ schema: text }, { schema: text }],
    );
  });

  it('remember no id: a registry that was emptied is noticed', async (t) => {
    let emptied = false;
    const { client } = await answering(t, (...given) => {
      (emptied ? json(404, { error_code: 40403 }) : json(200, { id: 9 }))(...given);
    });
    assert.equal(await client.idOf('a', SCHEMA), 9);
    emptied = true;
    assert.equal(await client.idOf('a', SCHEMA), null);
  });

  it('tell the type of a schema and that it refers to others', async (t) => {
    const { client } = await answering(t, json(200, { schema: '{}', schemaType: 'JSON', references: [{}] }));
    assert.deepEqual(await client.schemaById(5), { schema: '{}', schemaType: 'JSON', hasReferences: true });
  });
});

describe('"there is none"', () => {
  it("is taken from the registry's own error codes", async (t) => {
    for (const [code, call] of [
      [40403, 'schemaById'],
      [40401, 'idOf'],
      [40403, 'idOf'],
      [40401, 'compatibilityOf'],
      [40408, 'compatibilityOf'],
    ] as const) {
      const { client } = await answering(t, json(404, { error_code: code, message: 'none' }));
      assert.equal(await CALLS[call]?.(client), null);
    }
  });

  it('is not taken from a 404 of anything else, such as a wrong path or a proxy', async (t) => {
    const others = [
      json(404, {}),
      json(404, { error_code: 404 }),
      json(500, { error_code: 40403 }),
      json(404, []),
    ];
    for (const answer of [...others, (response: ServerResponse) => response.writeHead(404).end('<html>')]) {
      const { client } = await answering(t, answer);
      for (const call of Object.values(CALLS)) {
        await assert.rejects(call(client), (error) => hasCode(error, 'REGISTRY_UNAVAILABLE'));
      }
    }
  });

  it('is told apart from a wrong path in words, and not with what stood in the answer', async (t) => {
    const { client } = await answering(
      t,
      (response) => response.writeHead(404).end('<html>secret</html>'),
      '/wrong',
    );
    for (const call of Object.values(CALLS)) {
      await assert.rejects(call(client), (error: Error) => {
        assert.match(
          error.message,
          /^what answers (GET|POST|PUT) http:\/\/127\.0\.0\.1:\d+\/wrong\/\S+ \(status 404\) /,
        );
        assert.ok(error instanceof NoRegistryThere);
        assert.ok(error.retryable, 'a worker waits for it');
        assert.match(error.message, /correct the host and path of SCHEMA_REGISTRY_URL/);
        assert.doesNotMatch(error.message, /html|secret/);
        return true;
      });
    }
  });
});

describe('a registry that refuses us', () => {
  for (const status of [401, 403]) {
    it(`with ${String(status)} is told apart from one that is away, whatever it is asked`, async (t) => {
      const { client } = await answering(t, json(status, { message: 'not with Basic c2VjcmV0' }));
      for (const call of Object.values(CALLS)) {
        await assert.rejects(call(client), (error: Error) => {
          assert.ok(hasCode(error, 'REGISTRY_ACCESS_REFUSED'));
          assert.match(
            error.message,
            new RegExp(`refuses (GET|POST|PUT) \\S+ \\(status ${String(status)}\\): `),
          );
          assert.doesNotMatch(error.message, /c2VjcmV0/);
          return true;
        });
      }
    });
  }
});

describe('registering', () => {
  it('makes a subject FULL_TRANSITIVE that has no level', async (t) => {
    const { client, asked } = await answering(t, registering({}), '');
    assert.equal(await client.register('a', SCHEMA), 9);
    assert.deepEqual(
      asked.map(({ method, path, body }) => `${method} ${path} ${body}`),
      [
        'GET /config/a ',
        `POST /subjects/a/versions ${JSON.stringify({ schema: SCHEMA })}`,
        'PUT /config/a {"compatibility":"FULL_TRANSITIVE"}',
      ],
    );
  });

  it('does nothing under another level', async (t) => {
    const level = json(200, { compatibilityLevel: 'BACKWARD' });
    const { client, asked } = await answering(t, registering({ 'its level': level }));
    await assert.rejects(
      client.register('a-value', SCHEMA),
      (error) => hasCode(error, 'SCHEMA_INCOMPATIBLE') && /a-value.*BACKWARD/.test((error as Error).message),
    );
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['GET'],
    );
  });

  it('does not send what is no record', async (t) => {
    const { client, asked } = await answering(t, registering({}));
    for (const text of ['', '"string"', '{"type":"record"}'])
      await assert.rejects(client.register('a', text));
    assert.deepEqual(asked, []);
  });

  it('tells why a schema is refused', async (t) => {
    for (const status of [409, 422]) {
      const refusal = json(status, { error_code: status, message: 'field x has no default' });
      for (const level of [FULL_TRANSITIVE, STEPS['its level']]) {
        const answers = { 'its level': level, 'the new version': refusal };
        const { client } = await answering(t, registering(answers));
        await assert.rejects(
          client.register('a-value', SCHEMA),
          (error) =>
            hasCode(error, 'SCHEMA_INCOMPATIBLE') &&
            /a-value.*field x has no default/.test((error as Error).message),
        );
      }
    }
  });
});

describe('a registry that gives no plain answer is unavailable, whatever it is asked', () => {
  const answers: Readonly<Record<string, Answer>> = {
    'an error of its own': json(500, { error_code: 50001, message: 'store failed' }),
    'an error without a word': json(500, null),
    'a bad request': json(400, { error_code: 400, message: 'what?' }),
    'too many requests': json(429, {}),
    'another place': (response) => response.writeHead(302, { location: '/login' }).end(),
    'a page instead of an answer': (response) => response.writeHead(200).end('<html>'),
    'an answer without what was asked for': (response) => response.writeHead(200).end('"ok"'),
    'no answer in time': () => undefined,
    'no end of an answer in time': (response) => response.writeHead(200).write('{"schema":'),
    'an answer that breaks off': (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"schema":', () => response.destroy());
    },
  };
  const steps = Object.keys(STEPS) as readonly Step[];
  for (const [what, answer] of Object.entries(answers)) {
    // Shorter only where it must run out.
    const timeoutMs = what.endsWith('in time') ? 1_000 : 5_000;
    it(what, { timeout: 10_000 }, async (t) => {
      const { client } = await answering(t, answer, '', timeoutMs);
      await Promise.all(
        Object.values(CALLS).map((call) =>
          assert.rejects(call(client), (error) => hasCode(error, 'REGISTRY_UNAVAILABLE')),
        ),
      );
    });

    it(`${what}, at any step of registering`, { timeout: 10_000 }, async (t) => {
      for (const [index, step] of steps.entries()) {
        const { client, asked } = await answering(t, registering({ [step]: answer }), '', timeoutMs);
        await assert.rejects(client.register('a', SCHEMA), (error) => hasCode(error, 'REGISTRY_UNAVAILABLE'));
        assert.equal(asked.length, index + 1);
      }
    });
  }

  it('a refusal of what is no registration', async (t) => {
    const { client } = await answering(t, json(409, { error_code: 409, message: 'field x has no default' }));
    for (const call of Object.values(CALLS)) {
      await assert.rejects(call(client), (error) => hasCode(error, 'REGISTRY_UNAVAILABLE'));
    }
  });

  it('an answer with other fields than were asked for', async (t) => {
    const { client } = await answering(t, json(200, { id: 'five', schema: 5, compatibilityLevel: null }));
    for (const call of ['schemaById', 'idOf', 'register', 'compatibilityOf']) {
      await assert.rejects(
        async () => CALLS[call]?.(client),
        (error) => hasCode(error, 'REGISTRY_UNAVAILABLE'),
      );
    }
  });

  it('nobody there, and says where it looked without the password', async () => {
    const port = await freePort();
    const client = registryClient({ url: `http://user:geheim@localhost:${port.toString()}/api` });
    for (const call of Object.values(CALLS)) {
      await assert.rejects(call(client), (error) => {
        assert.ok(hasCode(error, 'REGISTRY_UNAVAILABLE'));
        const { message } = error as Error;
        assert.ok(message.includes(`http://localhost:${port.toString()}/api `), message);
        assert.ok(message.includes('ECONNREFUSED'), message);
        assert.ok(message.includes('SCHEMA_REGISTRY_URL'), message);
        assert.ok(!message.includes('geheim'), message);
        return true;
      });
    }
    await client.close();
  });
});

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
  return port;
}
