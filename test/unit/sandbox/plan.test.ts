import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planOf } from '../../../sandbox/plan.js';
import type { Scenario } from '../../../sandbox/scenario.js';

const normal = {
  delayMs: 0,
  execution: { is: 'now' },
  holdMs: 0,
  staleMs: 0,
  wording: { is: 'natural' },
  wrongAmount: false,
  altered: {},
  delivery: { is: 'whole' },
};
const unknownWord = { is: 'unknown' };

const plans: readonly (readonly [Scenario, object])[] = [
  [{ kind: 'normal' }, {}],
  [
    { kind: 'answer', resultCode: 'RISK_REJECT' },
    {
      execution: { is: 'never' },
      wording: { is: 'scripted', resultCode: 'RISK_REJECT', resultStatus: null },
    },
  ],
  [{ kind: 'unknown', moved: true }, { wording: unknownWord }],
  [
    { kind: 'unknown', moved: false },
    { execution: { is: 'never' }, wording: unknownWord },
  ],
  [
    { kind: 'unknown', moved: true, movesAfterMs: 0 },
    { execution: { is: 'late', afterMs: 0 }, wording: unknownWord },
  ],
  [{ kind: 'in_process', moved: true }, { execution: { is: 'in_process', moved: true, endsAfterMs: null } }],
  [{ kind: 'held', ms: 7 }, { holdMs: 7 }],
  [
    { kind: 'delay', ms: 3, then: { kind: 'held', ms: 7, then: { kind: 'held', ms: 1 } } },
    { delayMs: 3, holdMs: 8 },
  ],
  [{ kind: 'stale', ms: 7, then: { kind: 'stale', ms: 2 } }, { staleMs: 9 }],
  [
    { kind: 'wrong_amount', then: { kind: 'held', ms: 7 } },
    { wrongAmount: true, holdMs: 7 },
  ],
  [
    { kind: 'http', status: 429, moved: false },
    { execution: { is: 'never' }, delivery: { is: 'http', status: 429 } },
  ],
  [
    { kind: 'reset', when: 'before_read', moved: false },
    { execution: { is: 'never' }, delivery: { is: 'reset' } },
  ],
  [{ kind: 'reset', when: 'before_answer', moved: true }, { delivery: { is: 'reset' } }],
  [{ kind: 'unsigned' }, { delivery: { is: 'unsigned' } }],
  [
    { kind: 'delay', ms: 5, then: { kind: 'delay', ms: 7, then: { kind: 'truncated' } } },
    { delayMs: 12, delivery: { is: 'truncated' } },
  ],
  [
    {
      kind: 'altered',
      members: { a: 1, b: 1 },
      then: { kind: 'wrong_signature', then: { kind: 'altered', members: { b: 2, c: 2 } } },
    },
    { altered: { a: 1, b: 1, c: 2 }, delivery: { is: 'wrong_signature' } },
  ],
];

describe('a plan', () => {
  for (const [scenario, difference] of plans) {
    it(`of ${JSON.stringify(scenario)} is normal but for ${JSON.stringify(difference)}`, () => {
      assert.deepEqual(planOf(scenario), { ...normal, ...difference });
    });
  }
});
