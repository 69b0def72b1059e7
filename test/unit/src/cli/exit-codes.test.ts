import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_CODES } from '../../../../src/cli/exit-codes.js';
import { ERRORS, EXIT } from '../../../../src/errors.js';

describe('EXIT_CODES', () => {
  it('explains every code that a command can end with, and no other', () => {
    const used = [...Object.values(ERRORS).map(({ exitCode }) => exitCode), ...Object.values(EXIT)];
    assert.deepEqual(
      Object.keys(EXIT_CODES).map(Number),
      [...new Set(used)].sort((a, b) => a - b),
    );
  });
});
