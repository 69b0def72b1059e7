import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { ACCOUNT_KEYS } from '../../../../src/config/accounts.js';
import { readEnvironment } from '../../../../src/config/environment.js';
import { REQUIRED_VARIABLES, VARIABLES } from '../../../../src/config/variables.js';

const DOCUMENT = readFileSync('docs/configuration.md', 'utf8');

/** Name and default of each row of the tables under a heading, those under its subheadings included; a default that isn't code is what people read, and left out. */
function documented(heading: string): Map<string, string | null> {
  const level = heading.indexOf(' ');
  const [, section = ''] = DOCUMENT.split(`${heading}\n`);
  const [table = ''] = section.split(new RegExp(`\\n#{1,${String(level)}} `));
  const rows = table.matchAll(/^\| `([^`]+)` +\| .+? \| (.+?) +\| .{10,} \|$/gm);
  return new Map([...rows].map(([, name = '', value = '']) => [name, /^`(.+)`$/.exec(value)?.[1] ?? null]));
}

/** Name and default of each key of a schema, as one would write it. */
function declared(shape: Readonly<Record<string, z.core.$ZodType>>): Map<string, string | null> {
  return new Map(
    Object.entries(shape).map(([name, type]) => {
      const hasDefault = type instanceof z.ZodPrefault || type instanceof z.ZodDefault;
      return [name, hasDefault ? String(type.def.defaultValue) : null];
    }),
  );
}

describe('docs/configuration.md', () => {
  it('lists every variable with its default, and no other', () => {
    assert.deepEqual(documented('## Variables'), declared(VARIABLES.shape));
  });

  it('lists every key of an account with its default, and no other, for each provider', () => {
    for (const [provider, schema] of Object.entries(ACCOUNT_KEYS))
      assert.deepEqual(documented(`### \`provider: ${provider}\``), declared(schema.shape));
  });
});

describe('.env.example', () => {
  const text = readFileSync('.env.example', 'utf8');

  it('names every variable once, and nothing else', () => {
    const names = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
    assert.deepEqual(names.toSorted(), Object.keys(VARIABLES.shape).toSorted());
  });

  it('passes the check as it is shipped', () => {
    const { problems } = readEnvironment(parseEnv(text), REQUIRED_VARIABLES);
    assert.deepEqual(problems, []);
  });

  it('shows values that are right one by one, also those that are commented out', () => {
    const { problems } = readEnvironment(parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, '')), []);
    assert.deepEqual(problems, []);
  });

  it('shows the default where there is one, or a value that differs from it for a reason', () => {
    const values = parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
    const others = [...declared(VARIABLES.shape)].filter(
      ([name, value]) => value !== null && values[name] !== value,
    );
    assert.deepEqual(
      others.map(([name]) => name),
      [
        'KAFKA_TLS',
        'KAFKA_SASL_ALLOW_PLAINTEXT',
        'SCHEMA_REGISTRY_ALLOW_PLAINTEXT',
        'CAPTURE_WORKER_HTTP_HOST',
      ],
    );
  });
});
