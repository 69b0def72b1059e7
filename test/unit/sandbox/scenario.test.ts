import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Scenario, Script } from '../../../sandbox/scenario.js';
import {
  answersTruly,
  lastingScenario,
  scenarioFor,
  scenarioSchema,
  scenariosIn,
  scriptSchema,
} from '../../../sandbox/scenario.js';

const kindsOf = (script: Script, calls: number): string[] =>
  Array.from({ length: calls }, (_, index) => scenarioFor(script, index + 1).kind);

describe('a script', () => {
  it('of one scenario holds for every call', () => {
    assert.deepEqual(kindsOf({ kind: 'garbage' }, 3), ['garbage', 'garbage', 'garbage']);
    assert.equal(scenarioFor({ kind: 'garbage' }, 1_000_000).kind, 'garbage');
  });

  it('of one scenario with a number of times is normal after that', () => {
    assert.deepEqual(kindsOf({ kind: 'garbage', times: 2 }, 4), ['garbage', 'garbage', 'normal', 'normal']);
  });

  it('of a list takes one for each call, or as many as it says, and is normal after the last', () => {
    const script: Script = [{ kind: 'garbage' }, { kind: 'unsigned', times: 2 }, { kind: 'truncated' }];
    const expected = ['garbage', 'unsigned', 'unsigned', 'truncated', 'normal', 'normal'];
    assert.deepEqual(kindsOf(script, 6), expected);
  });

  it('holds the scenarios underneath others too', () => {
    const script: Script = [
      { kind: 'normal' },
      {
        kind: 'delay',
        ms: 1,
        then: { kind: 'unsigned', then: { kind: 'answer', resultCode: 'RISK_REJECT' } },
      },
    ];
    assert.deepEqual(
      scenariosIn(script).map(({ kind }) => kind),
      ['normal', 'delay', 'unsigned', 'answer'],
    );
  });
});

describe('reading scenarios', () => {
  const everyKind: Scenario[] = [
    { kind: 'normal', times: 3 },
    { kind: 'answer', resultCode: 'RISK_REJECT' },
    { kind: 'answer', resultCode: 'NEW', resultStatus: 'A', times: 1 },
    { kind: 'unknown', moved: true, movesAfterMs: 5 },
    { kind: 'in_process', moved: false, endsAfterMs: 5 },
    { kind: 'http', status: 503, moved: true },
    { kind: 'reset', when: 'before_answer', moved: true },
    { kind: 'delay', ms: 5, then: { kind: 'garbage' } },
    { kind: 'held', ms: 5 },
    { kind: 'stale', ms: 5, then: { kind: 'unknown', moved: false } },
    { kind: 'wrong_amount', times: 2 },
    { kind: 'altered', members: { captureId: null } },
    { kind: 'unsigned' },
    { kind: 'wrong_signature' },
    { kind: 'garbage' },
    { kind: 'truncated', then: { kind: 'unknown', moved: false } },
  ];
  it('takes every kind as it is written', () => {
    for (const scenario of everyKind) assert.deepEqual(scenarioSchema.parse(scenario), scenario);
    assert.deepEqual(scriptSchema.parse(everyKind), everyKind);
  });

  const mistakes: Record<string, unknown> = {
    'an unknown kind': { kind: 'strange' },
    'an unknown member': { kind: 'normal', moved: true },
    'an unknown member underneath': { kind: 'delay', ms: 1, then: { kind: 'normal', x: 1 } },
    'a missing code': { kind: 'answer' },
    'no word on whether money moved': { kind: 'unknown' },
    'a status that is no error': { kind: 'http', status: 200, moved: false },
    'a negative delay': { kind: 'delay', ms: -1 },
    'no calls at all': { kind: 'normal', times: 0 },
    'an empty list': [],
    'a late execution that does not happen': { kind: 'http', status: 500, moved: false, movesAfterMs: 1 },
    'a request executed without being read': { kind: 'reset', when: 'before_read', moved: true },
  };
  for (const [what, scenario] of Object.entries(mistakes)) {
    it(`refuses ${what}`, () => {
      assert.equal(scriptSchema.safeParse(scenario).success, false);
    });
  }
});

describe('a script', () => {
  it('lasts only if it is one scenario without times', () => {
    const held: Scenario = { kind: 'held', ms: 5 };
    assert.equal(lastingScenario(held), held);
    assert.equal(lastingScenario({ ...held, times: 9 }), null);
    assert.equal(lastingScenario([held]), null);
  });

  it('keeps from the truth with all but lateness', () => {
    const late: Scenario = {
      kind: 'delay',
      ms: 1,
      then: { kind: 'held', ms: 1, then: { kind: 'stale', ms: 1 } },
    };
    assert.deepEqual([late, { kind: 'normal' } as const].map(answersTruly), [true, true]);
    const lies: readonly Scenario[] = [
      { kind: 'answer', resultCode: 'SUCCESS' },
      { kind: 'wrong_amount' },
      { kind: 'http', status: 500, moved: true },
      { kind: 'held', ms: 1, then: { kind: 'garbage' } },
    ];
    assert.deepEqual(lies.map(answersTruly), [false, false, false, false]);
  });
});
