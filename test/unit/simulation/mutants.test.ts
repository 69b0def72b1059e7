import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageRoot } from '../../../src/package-root.js';
import { changed, MUTANTS } from '../../../simulation/mutants.js';

describe('mutants', () => {
  it('have names of their own', () => {
    assert.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
  });

  for (const mutant of MUTANTS) {
    if (mutant.kind === 'store') continue;
    for (const change of mutant.changes)
      it(`${mutant.name}: what it changes in ${change.module} stands there once`, async () => {
        const source = await readFile(join(packageRoot(), 'dist', change.module), 'utf8');
        assert.notEqual(changed(source, change), source);
      });
  }

  it('are not made of a text that stands nowhere, or twice', () => {
    const change = { module: 'm.js', text: 'a(b);', instead: '' };
    assert.throws(() => changed('c(d);', change), /stands 0 times in m\.js/);
    assert.throws(() => changed('a(b); a(b);', change), /stands 2 times/);
    assert.equal(changed('x; a(b);  y;', change), 'x;   y;');
    assert.equal(
      changed('if (x)\n    return y;', { ...change, text: 'if (x) return y;', instead: 'z' }),
      'z',
    );
  });
});
