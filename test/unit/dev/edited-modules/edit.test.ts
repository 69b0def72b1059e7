import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { edited } from '../../../../dev/edited-modules/edit.js';

const edit = { module: 'a.js', anchor: 'here();', code: 'stop();' };

describe('an edit of a module', () => {
  it('stands before, after or in place of its anchor', () => {
    assert.equal(edited('a(); here(); b();', { ...edit, where: 'before' }), 'a(); stop();\nhere(); b();');
    assert.equal(edited('a(); here(); b();', { ...edit, where: 'after' }), 'a(); here();\nstop(); b();');
    assert.equal(edited('a(); here(); b();', { ...edit, where: 'instead' }), 'a(); stop(); b();');
  });

  it('finds its anchor however that is broken into lines', () => {
    const split = { ...edit, anchor: 'if (a) return b;', where: 'instead' } as const;
    assert.equal(edited('x; if (a)\n    return b; y;', split), 'x; stop(); y;');
  });

  it('is refused where its anchor isn’t, and where it is twice', () => {
    assert.throws(() => edited('a();', { ...edit, where: 'after' }), /a\.js has no "here\(\);"/);
    assert.throws(() => edited('here(); here();', { ...edit, where: 'after' }), /more than once/);
  });
});
