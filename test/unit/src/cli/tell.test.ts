import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommanderError } from 'commander';
import { tell } from '../../../../src/cli/tell.js';
import { CaptureWorkerError } from '../../../../src/errors.js';

function told(error: unknown, env: Readonly<Record<string, string>> = {}): [code: number, text: string] {
  let text = '';
  const code = tell(error, { env, err: (more) => void (text += more) });
  return [code, text];
}

const FAILURE = new CaptureWorkerError('STORE_UNAVAILABLE', 'no database at postgresql://me:hunter2@db/x', {
  cause: new Error('refused by postgresql://me:hunter2@db/x'),
});

describe('tell', () => {
  it('tells one line without secrets, and gives the code of the error', () => {
    assert.deepEqual(told(FAILURE), [5, 'no database at postgresql://me:[redacted]@db/x\n']);
  });

  it('adds stacks and causes when details are asked for, without secrets there too', () => {
    for (const CAPTURE_WORKER_LOG_LEVEL of ['debug', 'trace']) {
      const [code, text] = told(FAILURE, { CAPTURE_WORKER_LOG_LEVEL });
      assert.equal(code, 5);
      assert.match(text, /^ +at .*[^]*Caused by: Error: refused by/m);
      assert.doesNotMatch(text, /hunter2/);
    }
  });

  it('gives 1 for what nobody foresaw', () => {
    assert.deepEqual(told(new TypeError('x is not a function')), [1, 'x is not a function\n']);
    assert.deepEqual(told('text'), [1, 'text\n']);
  });

  it('says nothing more of what the command line told already', () => {
    assert.deepEqual(told(new CommanderError(1, 'commander.unknownOption', 'told')), [2, '']);
    assert.deepEqual(told(new CommanderError(0, 'commander.helpDisplayed', 'told')), [0, '']);
  });
});
