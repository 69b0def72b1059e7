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

  it('is repeated where it is nearly right, with what was meant', () => {
    assert.equal(
      problemOf(mechanism, 'scram-sha512'),
      '"scram-sha512" is not one of plain, scram-sha-256, scram-sha-512: did you mean scram-sha-512?',
    );
    assert.match(problemOf(mechanism, 'PLAIN'), /^"PLAIN" .*did you mean plain\?$/);
    assert.match(problemOf(timeout, '25'), /^"25" is no duration/);
    assert.match(problemOf(wholeNumber({ min: 1, max: 9 }), '5e2'), /^"5e2" is not a whole number/);
    assert.match(problemOf(brokers, 'a:1,kafka,b'), /^"kafka", "b" are not host:port/);
  });

  it('is not repeated where it could be a secret in the wrong place', () => {
    const secret = 'hunter2-geheim';
    const url = `https://w.example/?key=${secret}`;
    for (const [type, value, expected] of [
      [mechanism, secret, /^is not one of plain, scram-sha-256, scram-sha-512$/],
      [timeout, secret, /^is no duration: write a number/],
      [wholeNumber({ min: 1, max: 9 }), secret, /^is not a whole number/],
      [
        text(/^[a-z-]{1,20}$/, 'letters'),
        `${secret}4 `.repeat(5),
        /^has a character .*too long: use letters/,
      ],
      [brokers, `me:${secret}@kafka:9092`, /^holds a user or password/],
      [secureOrigin, url, /^must end with its path \(no \? or #/],
      [secureUrl, url, /^must end with its path/],
      [registryUrl, url, /^must end with its path/],
      [secureUrl, `https://w.example/#${secret}`, /^must end with its path/],
      [secureOrigin, `https://w.example/${secret}`, /^has a path behind https:\/\/w\.example: write/],
      [secureUrl, `http://w.example/${secret}`, /^http:\/\/w\.example is not encrypted/],
    ] as const) {
      const problem = problemOf(type, value);
      assert.match(problem, expected);
      assert.doesNotMatch(problem, /hunter2/);
    }
  });

  it('of another kind than text is told by what mends it', () => {
    assert.equal(problemOf(timeout, 25), '25 is no duration: write a number and ms, s, m, h or d (25s)');
    assert.match(problemOf(timeout, true), /^is no duration/);
    assert.equal(problemOf(text(/^a$/, 'a'), 25), 'must be text: put it in quotes');
    assert.equal(problemOf(timeout, null), 'is missing');
  });

  it('among brokers is told with all others, and a comma too many as that', () => {
    const comma = 'has a comma with no broker before it, or none after it';
    for (const list of ['kafka:9092,', ',kafka:9092', 'a:1,,b:2'])
      assert.equal(problemOf(brokers, list), comma);
    assert.match(problemOf(brokers, 'kafka,'), /^has a comma .*; and "kafka" is not host:port/);
  });
});
