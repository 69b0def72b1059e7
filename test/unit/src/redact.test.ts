import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { describeError, redact, REDACTED, redactText, searchText } from '../../../src/redact.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ONE_LINE = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');

describe('redact', () => {
  it('drops secrets by their key, however it is written and however deep it lies', () => {
    const keys = [
      'password',
      'privateKey',
      'private_key',
      'PRIVATE-KEY',
      'Authorization',
      'signature',
      'Set-Cookie',
      'secretKey',
      'SECRET_KEY',
      'clientSecret',
      'KAFKA_SASL_PASSWORD',
      'refresh_token',
    ];
    for (const key of keys) {
      const shown = JSON.stringify(redact({ a: [{ b: new Map([['c', { [key]: 'hunter2' }]]) }] }));
      assert.equal(shown, JSON.stringify({ a: [{ b: { c: { [key]: REDACTED } } }] }), key);
      assert.doesNotMatch(JSON.stringify(redact({ [key]: { inner: ['hunter2'] } })), /hunter2/, key);
    }
  });

  it('keeps that a secret is absent', () => {
    assert.deepEqual(redact({ password: null, token: undefined }), { password: null, token: undefined });
  });

  it('keeps keys that only resemble a secret one', () => {
    const kept = { design: 1, signatureUrlEncoded: true, tokens: 3, keyVersion: '1', paymentId: 'P1' };
    assert.deepEqual(redact(kept), kept);
  });

  it('shows what JSON has no words for', () => {
    const at = new Date('2026-03-04T05:06:07.089Z');
    const shown = redact({
      amount: 12n,
      at,
      never: new Date(NaN),
      bytes: new Uint8Array(5),
      names: new Set(['a']),
      url: new URL('postgres://u:hunter2@db/x'),
    });
    assert.deepEqual(shown, {
      amount: '12',
      at: '2026-03-04T05:06:07.089Z',
      never: 'invalid date',
      bytes: '[5 bytes]',
      names: ['a'],
      url: `postgres://u:${REDACTED}@db/x`,
    });
  });

  it('ends where a value contains itself, is too deep or too long', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    assert.deepEqual(redact(loop), { name: 'loop', self: '[circular]' });
    let deep: unknown = 'bottom';
    for (let level = 0; level < 50; level += 1) deep = { deep };
    assert.match(JSON.stringify(redact(deep)), /too deep/);
    const long = redact(Array.from({ length: 5_000 }, () => 0));
    assert.ok(Array.isArray(long) && long.length === 100);
  });

  it('keeps every key as it is, whatever an object makes of it, and in its order', () => {
    const odd = '{"__proto__":{"password":"hunter2","a":1},"constructor":2,"toString":null,"":3,"b":4,"1":5}';
    const shown = redact(JSON.parse(odd));
    const expected = `{"1":5,"__proto__":{"password":"${REDACTED}","a":1},"constructor":2,"toString":null,"":3,"b":4}`;
    assert.equal(JSON.stringify(shown), expected);
    assert.equal(Object.getPrototypeOf(shown), Object.prototype);
    assert.equal(
      JSON.stringify(redact(new Map([['__proto__', { token: 'hunter2' }]]))),
      `{"__proto__":{"token":"${REDACTED}"}}`,
    );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const kept: unknown = JSON.parse(JSON.stringify(value), (key, part: unknown) =>
          /pass|secret|token|key|sign|auth|cookie|cred|body|header|url|string/i.test(key) ? 0 : part,
        );
        assert.equal(JSON.stringify(redact(kept)), JSON.stringify(kept));
      }),
    );
  });

  it('knows the key of a secret after any number of other keys, also a long one', () => {
    const long = 'x'.repeat(1_000);
    for (let index = 0; index < 3_000; index += 1) {
      const name = `key-${String(index)}`;
      const given = { [name]: 1, [`${name}_token`]: 'hunter2', [long]: 2, [`${long}Secret`]: 'hunter2' };
      const shown = { ...given, [`${name}_token`]: REDACTED, [`${long}Secret`]: REDACTED };
      assert.deepEqual(redact(given), shown);
      assert.deepEqual(redact(given), shown, 'also when it was seen before');
    }
  });

  it('tells the same object twice apart from one that contains itself', () => {
    const shared = { a: 1 };
    assert.deepEqual(redact({ x: shared, y: shared }), { x: { a: 1 }, y: { a: 1 } });
  });
});

describe('describeError', () => {
  it('keeps code, message, stack and the chain of causes', () => {
    const cause = Object.assign(new Error('refused'), {
      code: 'ECONNREFUSED',
      address: '127.0.0.1',
      port: 5432,
    });
    const shown = describeError(new TypeError('no database', { cause }));
    assert.equal(shown['type'], 'TypeError');
    assert.equal(shown['message'], 'no database');
    assert.match(String(shown['stack']), /redact\.test\.js/);
    const { stack, ...inner } = shown['cause'] as Record<string, unknown>;
    assert.ok(stack !== undefined);
    assert.deepEqual(inner, {
      type: 'Error',
      message: 'refused',
      code: 'ECONNREFUSED',
      address: '127.0.0.1',
      port: 5432,
    });
  });

  it('leaves out fields that hold data: rows of PostgreSQL, headers and bodies of HTTP clients', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'captures_pkey',
      detail: 'Key (x)=(hunter2) exists',
      where: 'hunter2',
      headers: { authorization: 'hunter2' },
      body: 'hunter2',
      config: { password: 'hunter2' },
    });
    const shown = describeError(new Error('outer', { cause: error }));
    assert.doesNotMatch(JSON.stringify(shown), /hunter2/);
    assert.match(JSON.stringify(shown), /"constraint":"captures_pkey"/);
  });

  it('shows the errors of an AggregateError, and ends a chain that has no end', () => {
    const shown = describeError(
      new AggregateError([new Error('ipv4'), new Error('ipv6'), 'text'], 'all failed'),
    );
    assert.match(JSON.stringify(shown['errors']), /ipv4.*ipv6.*text/);
    const endless = new Error('again');
    endless.cause = endless;
    assert.ok(JSON.stringify(describeError(endless)).length < 20_000);
  });
});

describe('redactText', () => {
  const secrets: readonly (readonly [name: string, text: string, secret: RegExp])[] = [
    ['a URL with a password', 'no such host: postgresql://worker:hunter2@db:5432/x', /hunter2/],
    ['a password with an @', 'postgresql://worker:hun@ter2@db/x', /hun@|ter2/],
    ['a password with a slash and a #', 'postgresql://worker:hun/t#er2@db/x', /hun\/|er2/],
    ['a registry URL', 'GET http://me:hunter2@registry/subjects', /hunter2/],
    ['a connection string', "host=db user=worker password='hunter2' dbname=x", /hunter2/],
    ['a variable', 'KAFKA_SASL_PASSWORD=hunter2 SCHEMA_REGISTRY_TOKEN=hunter2', /hunter2/],
    ['a form', 'grant_type=client_credentials&client_secret=hunter2&scope=x', /hunter2/],
    [
      'an answer with tokens',
      '{"access_token":"hunter2","id_token":"hunter2","clientSecret":"hunter2"}',
      /hunter2/,
    ],
    ['a signature header', 'algorithm=RSA256, keyVersion=1, signature=hunter2+/%3D==', /hunter2|%3D/],
    ['a bearer token', 'Authorization: Bearer hunter2hunter2', /hunter2/],
    ['JSON in a message', 'answered {"signature":"hunter2","password" : "hun\\"ter2"}', /hunter2|ter2/],
    ['a PEM key', `bad key ${PEM} given`, /MII|[A-Za-z0-9+/]{60}/],
    ['a PEM key cut short', PEM.slice(0, 300), /MII|[A-Za-z0-9+/]{60}/],
    ['a key on one line', `bad key ${ONE_LINE} given`, /[A-Za-z0-9+/]{60}/],
  ];

  for (const [name, text, secret] of secrets) {
    it(`hides ${name}, as text and inside JSON, which stays JSON`, () => {
      assert.doesNotMatch(redactText(text), secret);
      const line = redactText(JSON.stringify({ before: 1, msg: text, after: 'kept@example.com' }));
      assert.doesNotMatch(line, secret);
      const parsed = JSON.parse(line) as { before: number; after: string };
      assert.deepEqual([parsed.before, parsed.after], [1, 'kept@example.com']);
    });
  }

  // Each name that gives a secret away, in each form that its pattern takes.
  const members = [
    'password',
    'passphrase',
    'secret',
    'token',
    'db_password',
    'id_token',
    'accessToken',
    'clientSecret',
    'refreshToken',
    'signature',
    'sign',
    'authorization',
    'private_key',
    'privatekey',
    'secret_key',
    'secretKey',
    'api_key',
    'apikey',
    'set-cookie',
    'cookie',
  ];
  const settings = [
    'password',
    'passwd',
    'passphrase',
    'secret',
    'token',
    'signature',
    'sign',
    'api_key',
    'api-key',
    'apikey',
    'DB-password',
    'x_sign',
  ];
  const eitherCase = (names: readonly string[]): string[] =>
    names.flatMap((name) => [name, name.toUpperCase()]);
  const forms = [
    ...eitherCase(members).flatMap((name) => [
      `"${name}":"hunter2"`,
      JSON.stringify(`{"${name}" : "hunter2"}`),
    ]),
    ...eitherCase(settings).flatMap((name) => [`${name}=hunter2`, `${name}="hunter2`]),
    ...eitherCase(['Bearer', 'Basic']).map((name) => `${name} hunter2hunter2`),
    'x://:hunter2@y',
    '-----BEGIN PRIVATE KEY-----hunter2-----END PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----hunter2',
    ONE_LINE,
  ];

  for (const form of forms) {
    it(`searches a text for the form ${form.slice(0, 40)}`, () => {
      assert.notEqual(searchText(form), form, 'there is something to find');
      assert.equal(redactText(form), searchText(form));
    });
  }

  it('leaves unsearched only what nothing would be found in, whatever the text is made of', () => {
    // The forms whole and cut anywhere, letters that look alike in some alphabet, and what stands between.
    const cut = fc
      .tuple(fc.constantFrom(...forms), fc.nat({ max: 60 }), fc.nat({ max: 60 }))
      .map(([form, begin, length]) => form.slice(begin, begin + length));
    const between = fc.constantFrom(
      ' ',
      '"',
      '\\"',
      '\\',
      ':',
      '=',
      '@',
      '/',
      '\n',
      ',',
      '_',
      '-',
      'ſign=x',
      'to\u212aen=x',
      'a',
    );
    const piece = fc.oneof(fc.constantFrom(...forms), cut, between, fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const text = pieces.join('');
        assert.equal(redactText(text), searchText(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('hides a secret in JSON within JSON within JSON', () => {
    const inner = JSON.stringify({ signature: 'hunter2' });
    const line = redactText(JSON.stringify({ msg: inner }));
    assert.doesNotMatch(line, /hunter2/);
    assert.deepEqual(JSON.parse((JSON.parse(line) as { msg: string }).msg), { signature: REDACTED });
  });

  it('keeps what names the place: user, host and database', () => {
    assert.equal(
      redactText('postgresql://worker:x@db:5432/captures'),
      `postgresql://worker:${REDACTED}@db:5432/captures`,
    );
  });

  it('leaves harmless texts alone', () => {
    for (const text of [
      'order o-1 was taken, payment P-1, http://localhost:8080/livez',
      '{"design":"x","at":"2026-01-01T00:00:00.000Z","msg":"token bucket is empty"}',
      'Kafka at kafka:9092, someone@example.com',
    ])
      assert.equal(redactText(text), text);
  });

  it('is quick on long hostile texts', () => {
    const begun = performance.now();
    for (const unit of [
      'a',
      '://',
      '://a:',
      '"password":"',
      '\\"',
      '-----BEGIN PRIVATE KEY-----',
      'signature=',
      'a_',
      '"a_',
    ])
      redactText(unit.repeat(200_000 / unit.length));
    assert.ok(performance.now() - begun < 5_000);
  });
});
