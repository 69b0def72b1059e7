import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDraws } from '../../../simulation/draw.js';

describe('draws by name', () => {
  it('are the same for the same seed, whatever else is drawn between', () => {
    const one = createDraws(7);
    const other = createDraws(7);
    const drawn = [one.number('delay'), one.number('delay'), one.number('delay')];
    other.number('something else');
    assert.deepEqual([other.number('delay'), other.number('delay'), other.number('delay')], drawn);
    assert.equal(new Set(drawn).size, 3);
  });

  it('differ by seed and by name', () => {
    assert.notEqual(createDraws(1).number('delay'), createDraws(2).number('delay'));
    assert.notEqual(createDraws(1).number('delay'), createDraws(1).number('luck'));
  });

  it('are spread evenly', () => {
    const draws = createDraws(3);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let drawn = 0; drawn < 10_000; drawn += 1) {
      const tenth = draws.below('spread', 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) assert.ok(count > 850 && count < 1_150, tenths.join(' '));
  });
});
