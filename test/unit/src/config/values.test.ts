import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import { registryUrl, secureOrigin, secureUrl } from '../../../../src/config/urls.js';
import { brokers, duration, oneOf, text, wholeNumber } from '../../../../src/config/values.js';

function problemOf(type: z.ZodType, value: unknown): string {
  const { error } = type.safeParse(value);
  return error?.issues.map(({ message }) => message).join('\n') ?? assert.fail('taken');
}

describe('a value that is wrong', () => {
  const mechanism = oneOf(['plain', 'scram-sha-256', 'scram-sha-512']);
  const timeout = duration({ min: 1, max: 60_000 });
  const name = text({ without: /[^a-z]/, atMost: 5, allowed: 'small letters' });

  it('is repeated where it is a number or nearly right, with what was meant', () => {
    assert.equal(
      problemOf(mechanism, 'scram-sha512'),
      '"scram-sha512" is not one of plain, scram-sha-256, scram-sha-512: did you mean scram-sha-512?',
    );
    assert.match(problemOf(mechanism, 'PLAIN'), /^"PLAIN" .*did you mean plain\?$/);
    assert.match(problemOf(timeout, '25'), /^25 is no duration/);
    assert.match(problemOf(timeout, '2h'), /^2h is not between 1ms and 1m$/);
    assert.match(problemOf(wholeNumber({ min: 1, max: 9 }), '10'), /^10 is not a whole number/);
  });

  it('is not repeated where it could be a secret in the wrong place', () => {
    const secret = 'hunter2-geheim';
    const url = `https://w.example/?key=${secret}`;
    for (const [type, value, expected] of [
      [mechanism, secret, /^is not one of plain, scram-sha-256, scram-sha-512$/],
      [timeout, secret, /^is no duration: write a whole number/],
      [timeout, `9${secret}`, /^is no duration: write a whole number/],
      [wholeNumber({ min: 1, max: 9 }), secret, /^is not a whole number/],
      [wholeNumber({ min: 1, max: 9 }), `9${secret}`, /^is not a whole number/],
      [wholeNumber({ min: 1, max: 9 }), '4711471147', /^is not a whole number/],
      [brokers, secret, /^has a broker without its port: write host:port/],
      [brokers, `me:${secret}`, /^has a port that is not a number from 1 to 65535/],
      [brokers, `me:${secret}@kafka:9092`, /^holds a user or password/],
      [secureOrigin, url, /^must end with its path \(no \? or #/],
      [secureUrl, url, /^must end with its path/],
      [registryUrl, url, /^must end with its path/],
      [secureUrl, `https://w.example/#${secret}`, /^must end with its path/],
      [secureOrigin, `https://w.example/${secret}`, /^has a path: write scheme, host and port alone/],
      [secureUrl, `http://w.example/${secret}`, /^begins with http:\/\/, which is not encrypted/],
      [registryUrl, `https://me:9/${secret}@w.example`, /^has an @ behind its host/],
      [registryUrl, `https://me:${secret}`, /^has a port that is not a number from 1 to 65535$/],
      [
        registryUrl,
        `https://me:${secret}@w.example`,
        /^holds a user or password: .*SCHEMA_REGISTRY_USERNAME/,
      ],
      [registryUrl, `${secret}:8081`, /^is not a URL that begins with https:\/\/ or http:\/\/$/],
    ] as const) {
      const problem = problemOf(type, value);
      assert.match(problem, expected);
      assert.doesNotMatch(problem, /hunter2|w\.example|4711/);
    }
  });

  it('of another kind than text is told by what mends it', () => {
    assert.equal(
      problemOf(timeout, 25),
      '25 is no duration: write a whole number and ms, s, m, h or d (25s)',
    );
    assert.match(problemOf(timeout, true), /^is no duration/);
    assert.equal(problemOf(name, 25), 'must be text: put it in quotes');
    assert.equal(problemOf(timeout, null), 'is missing');
  });

  it('is told by its first wrong character and by its length', () => {
    for (const [value, expected] of [
      ['a b', 'has a space as character 2, which is not allowed: use small letters'],
      ['a:b;', 'has the character : as character 2, which is not allowed: use small letters'],
      ['\u{1f600}', 'has the character \u{1f600} as character 1, which is not allowed: use small letters'],
      ['\u001b[31m', 'has the character \\u001b as character 1, which is not allowed: use small letters'],
      ['aaaaaa', 'has 6 characters, and at most 5 are taken: use small letters'],
      [
        'aaaaa\n',
        'has 6 characters, and at most 5 are taken; and it has a line end as character 6, which is not allowed: use small letters',
      ],
      ['', 'is empty: use small letters'],
    ] as const)
      assert.equal(problemOf(name, value), expected);
  });

  it('among brokers is told with all others by its place, and a comma too many as that', () => {
    const comma = 'has a comma with no broker before it, or none after it';
    for (const [list, expected] of [
      ['kafka:9092,', `${comma} (address 2)`],
      [',kafka:9092', `${comma} (address 1)`],
      ['a:1,,b:2,', `${comma} (addresses 2, 4)`],
      ['kafka,', `has a broker without its port (address 1); and it ${comma} (address 2)`],
      ['a:1,http://b:2', 'holds a URL (address 2)'],
      [
        'a:1,me@b:2',
        'holds a user or password, which belong into KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD (address 2)',
      ],
      ['kafka:', 'has a port that is not a number from 1 to 65535'],
      ['kafka:0', 'has a port that is not a number from 1 to 65535'],
      ['kafka:70000', 'has a port that is not a number from 1 to 65535'],
      ['[::1]:9092', "holds an IPv6 address, which can't be written here: use a name"],
      ['::1:9092', 'has a broker whose host is no host name'],
      [':9092', 'has a broker whose host is no host name'],
      ['a b:9092', 'has a broker whose host is no host name'],
      ['a,a,a,a,a,a', 'has a broker without its port (addresses 1, 2, 3, 4, 5, …)'],
    ] as const)
      assert.equal(problemOf(brokers, list), `${expected}: write host:port,host:port`);
  });

  it('is told of a URL by what is wrong with its port', () => {
    for (const type of [registryUrl, secureUrl, secureOrigin])
      for (const port of ['99999', '0', 'abc', '80 '])
        assert.equal(
          problemOf(type, `http://localhost:${port}/x`),
          'has a port that is not a number from 1 to 65535',
        );
    for (const url of ['http://localhost', 'http://[::1]', 'http://[::1]:80', 'https://w.example:443/x'])
      assert.equal(registryUrl.safeParse(url).success, true, url);
    assert.match(
      problemOf(registryUrl, 'https://a\tb'),
      /^has a line end, a tab or another control character/,
    );
    assert.match(problemOf(registryUrl, 'https://a,b'), /^names several hosts/);
    assert.match(problemOf(registryUrl, 'https://[::1'), /^cannot be read as a URL/);
  });
});
