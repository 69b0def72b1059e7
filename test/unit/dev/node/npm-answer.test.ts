import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { QUESTION, readAnswer } from '../../../../dev/node/npm-answer.js';

const run = promisify(execFile);

describe('the answer of a Node that npm runs', () => {
  it('is its version and its program', async () => {
    const { stdout } = await run(process.execPath, ['-p', QUESTION]);
    assert.deepEqual(readAnswer(stdout), { version: process.version, program: process.execPath });
  });

  it('is found behind whatever npm says before it', () => {
    const answer = { version: 'v24.1.0', program: '/a b/node' };
    const said = `npm notice {}\n{"added":1}\n{broken\nadded 2 packages\n${JSON.stringify(answer)}\n`;
    assert.deepEqual(readAnswer(said), answer);
  });

  it('is none if nothing says both', () => {
    for (const said of [
      '',
      'v24.1.0\n',
      '{"version":"v24.1.0"}',
      '{"version":24,"program":"/node"}',
      '{broken',
      'null',
    ]) {
      assert.equal(readAnswer(said), undefined, said);
    }
  });
});
