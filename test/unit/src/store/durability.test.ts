import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unsafeSettings } from '../../../../src/store/durability.js';

const SAFE = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  synchronous_standby_names: '',
  server_encoding: 'UTF8',
};

const problemsOf = (change: Partial<typeof SAFE>): readonly string[] =>
  unsafeSettings(new Map(Object.entries({ ...SAFE, ...change })));

describe('unsafeSettings', () => {
  it('finds nothing wrong with what keeps every confirmed commit', () => {
    assert.deepEqual(problemsOf({}), []);
    for (const setting of ['remote_apply', 'remote_write']) {
      assert.deepEqual(problemsOf({ synchronous_commit: setting, synchronous_standby_names: 'b' }), []);
    }
    assert.deepEqual(problemsOf({ synchronous_commit: 'local' }), []);
  });

  it('names each setting that can lose one, and what it must be', () => {
    assert.deepEqual(problemsOf({ fsync: 'off' }), ['fsync is off, it must be on']);
    assert.deepEqual(problemsOf({ full_page_writes: 'off' }), ['full_page_writes is off, it must be on']);
    assert.match(
      problemsOf({ synchronous_commit: 'off' }).join(),
      /^synchronous_commit is off, it must be on/,
    );
    assert.deepEqual(problemsOf({ server_encoding: 'SQL_ASCII' }), [
      'server_encoding is SQL_ASCII, it must be UTF8',
    ]);
    assert.equal(problemsOf({ fsync: 'off', synchronous_commit: 'off' }).length, 2);
  });

  it('refuses a commit that leaves out the standby which the installation counts on', () => {
    assert.equal(problemsOf({ synchronous_commit: 'local', synchronous_standby_names: 'b' }).length, 1);
  });

  it('takes a setting that the server doesn’t tell for unsafe', () => {
    assert.equal(unsafeSettings(new Map()).length, 4);
  });
});
