import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { table } from '../../../../src/cli/table.js';

describe('table', () => {
  it('makes columns as wide as their widest cell, numbers to the right, no blanks at the end', () => {
    const rows = [
      ['order.fulfilled', '7', 'x'],
      ['dlq', '1200', ''],
    ];
    assert.equal(
      table(['topic', 'lag', 'note'], rows, ['lag']),
      'topic             lag  note\norder.fulfilled     7  x\ndlq              1200\n',
    );
  });

  it('shows its titles alone when there is nothing under them', () => {
    assert.equal(table(['a', 'b'], []), 'a  b\n');
  });
});
