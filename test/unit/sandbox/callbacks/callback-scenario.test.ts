import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallbackScenario } from '../../../../sandbox/callbacks/callback-scenario.js';
import { callbackScenarioSchema, tellingsOf } from '../../../../sandbox/callbacks/callback-scenario.js';

/** What is told of a capture that moved the money: words and their moments. */
const told: readonly (readonly [CallbackScenario, readonly string[]])[] = [
  [{ kind: 'normal' }, ['captured at 0']],
  [{ kind: 'none' }, []],
  [{ kind: 'late', ms: 70 }, ['captured at 70']],
  [{ kind: 'duplicated', copies: 3, apartMs: 5 }, ['captured at 0', 'captured at 5', 'captured at 10']],
  [{ kind: 'reordered', apartMs: 5 }, ['captured at 0', 'in_process at 5']],
  [{ kind: 'contradicting', lie: 'first', apartMs: 5 }, ['failed at 0', 'captured at 5']],
  [{ kind: 'contradicting', lie: 'last', apartMs: 5 }, ['captured at 0', 'failed at 5']],
];

describe('the notification of an end', () => {
  for (const [scenario, expected] of told) {
    it(`is told so: ${JSON.stringify(scenario)}`, () => {
      const tellings = tellingsOf('captured', scenario);
      assert.deepEqual(
        tellings.map(({ says, afterMs }) => `${says} at ${afterMs}`),
        expected,
      );
      assert.deepEqual(callbackScenarioSchema.parse(scenario), scenario);
    });
  }

  it('never turns a failed capture into one that moved the money', () => {
    assert.deepEqual(tellingsOf('failed', { kind: 'contradicting', lie: 'first', apartMs: 5 }), [
      { says: 'failed', afterMs: 0 },
    ]);
  });

  const mistakes: Record<string, unknown> = {
    'an unknown kind': { kind: 'odd' },
    'one copy': { kind: 'duplicated', copies: 1, apartMs: 0 },
    'a lie at no known time': { kind: 'contradicting', lie: 'often', apartMs: 0 },
    'a negative time': { kind: 'late', ms: -1 },
  };
  for (const [what, scenario] of Object.entries(mistakes)) {
    it(`takes no scenario with ${what}`, () => {
      assert.equal(callbackScenarioSchema.safeParse(scenario).success, false);
    });
  }
});
