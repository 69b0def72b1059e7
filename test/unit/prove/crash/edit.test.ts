import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { edited } from '../../../../prove/crash/edit.js';

const edit = { module: 'a.js', anchor: 'here();', code: 'stop();' };

describe('an edit of a module', () => {
  it('stands before, after or in place of its anchor', () => {
    assert.equal(edited('a(); here(); b();', { ...edit, where: 'before' }), 'a(); stop();\nhere(); b();');
    assert.equal(edited('a(); here(); b();', { ...edit, where: 'after' }), 'a(); here();\nstop(); b();');
    assert.equal(edited('a(); here(); b();', { ...edit, where: 'instead' }), 'a(); stop(); b();');
  });

  it('is refused where its anchor isn’t, and where it is twice', () => {
    assert.throws(() => edited('a();', { ...edit, where: 'after' }), /a\.js has no "here\(\);"/);
    assert.throws(() => edited('here(); here();', { ...edit, where: 'after' }), /more than once/);
  });
});
