import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { elapsed } from '../../../../src/cli/text.js';

describe('elapsed', () => {
  it('uses the two largest units', () => {
    const cases: [number, string][] = [
      [0, '0ms'],
      [999, '999ms'],
      [1_250, '1.250s'],
      [59_999, '59.999s'],
      [60_000, '1m'],
      [185_400, '3m5s'],
      [7_200_000, '2h'],
      [7_260_000, '2h1m'],
      [187_200_000, '2d4h'],
      [-1_500, '-1.500s'],
    ];
    for (const [ms, text] of cases) assert.equal(elapsed(ms), text);
  });
});
