import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { edited } from '../../../dev/edited-modules/edit.js';
import { packageRoot } from '../../../src/package-root.js';
import { MUTANTS } from '../../../simulation/mutants.js';

describe('mutants', () => {
  it('have names of their own', () => {
    assert.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
  });

  for (const mutant of MUTANTS) {
    if (mutant.kind === 'store') continue;
    for (const edit of mutant.edits)
      it(`${mutant.name}: what it changes in ${edit.module} stands there once`, async () => {
        const source = await readFile(join(packageRoot(), 'dist', edit.module), 'utf8');
        assert.notEqual(edited(source, edit), source);
      });
  }
});
