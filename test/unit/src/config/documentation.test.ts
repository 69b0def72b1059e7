import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { ACCOUNT_KEYS } from '../../../../src/config/accounts.js';
import { VARIABLES } from '../../../../src/config/environment.js';

const DOCUMENT = readFileSync('docs/configuration.md', 'utf8');

/** Name and default of each row of the table under a heading; a default that isn't code is what people read, and left out. */
function documented(heading: string): Map<string, string | null> {
  const [, section = ''] = DOCUMENT.split(`${heading}\n`);
  const [table = ''] = section.split(/\n#+ /);
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
  it('names only variables that exist', () => {
    const uncommented = readFileSync('.env.example', 'utf8').replaceAll(/^#(?=[A-Z_]+=)/gm, '');
    const names = Object.keys(parseEnv(uncommented));
    assert.ok(names.length > 3);
    const known = Object.keys(VARIABLES.shape);
    assert.deepEqual(
      names.filter((name) => !known.includes(name)),
      [],
    );
  });
});
