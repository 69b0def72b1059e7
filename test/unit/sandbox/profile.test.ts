import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrawnCall, ProviderProfile } from '../../../sandbox/profile.js';
import { CALM, declining, draw, PROFILES, profileSchema } from '../../../sandbox/profile.js';
import type { Scenario } from '../../../sandbox/scenario.js';

const CALL: DrawnCall = { seed: 's', endpoint: 'capture', paymentId: 'p', call: 1 };

function drawMany(
  profile: ProviderProfile,
  count: number,
  endpoint: DrawnCall['endpoint'] = 'capture',
): Scenario[] {
  return Array.from({ length: count }, (_, index) => {
    const scenario = draw(profile, { ...CALL, endpoint, paymentId: `pay-${index}` });
    return scenario.kind === 'delay' ? (scenario.then ?? { kind: 'normal' }) : scenario;
  });
}

function shareOf(scenarios: readonly Scenario[], is: (scenario: Scenario) => boolean): number {
  return scenarios.filter(is).length / scenarios.length;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.02, `${actual} should be near ${expected}`);
}

describe('drawing from a profile', () => {
  it('depends on the seed, the endpoint, the payment and the number of the call, and on nothing else', () => {
    const profile = { ...CALM, latencyMs: { min: 1, max: 1_000_000 } };
    const latency = (change: Partial<DrawnCall>): unknown => {
      const scenario = draw(profile, { ...CALL, ...change });
      return scenario.kind === 'delay' && scenario.ms;
    };
    assert.equal(latency({}), latency({}));
    const changes: Partial<DrawnCall>[] = [
      { seed: 't' },
      { endpoint: 'inquiry' },
      { paymentId: 'q' },
      { call: 2 },
    ];
    for (const change of changes) assert.notEqual(latency({}), latency(change), JSON.stringify(change));
  });

  it('gives the shares that it was asked for', () => {
    const profile: ProviderProfile = {
      ...CALM,
      decline: { RISK_REJECT: 0.1, AUTH_CANCELLED: 0.2 },
      unknown: 0.1,
      inProcess: 0.05,
      serverError: 0.1,
      tooManyRequests: 0.05,
      reset: 0.1,
      movedShare: 0.25,
    };
    const drawn = drawMany(profile, 10_000);
    near(
      shareOf(drawn, (one) => one.kind === 'answer' && one.resultCode === 'RISK_REJECT'),
      0.1,
    );
    near(
      shareOf(drawn, (one) => one.kind === 'answer' && one.resultCode === 'AUTH_CANCELLED'),
      0.2,
    );
    near(
      shareOf(drawn, ({ kind }) => kind === 'unknown'),
      0.1,
    );
    near(
      shareOf(drawn, ({ kind }) => kind === 'in_process'),
      0.05,
    );
    near(
      shareOf(drawn, (one) => one.kind === 'http' && one.status >= 500),
      0.1,
    );
    near(
      shareOf(drawn, (one) => one.kind === 'http' && one.status === 429),
      0.05,
    );
    near(
      shareOf(drawn, (one) => one.kind === 'reset' && one.when === 'before_read'),
      0.05,
    );
    near(
      shareOf(drawn, ({ kind }) => kind === 'normal'),
      0.3,
    );
    near(
      shareOf(drawn, (one) => one.kind === 'unknown' && one.moved),
      0.025,
    );
    assert.deepEqual(
      drawn.filter((one) => one.kind === 'http' && one.status === 429 && one.moved),
      [],
    );
  });

  it('neither declines nor puts in process an inquiry', () => {
    const drawn = drawMany(
      { ...CALM, decline: { RISK_REJECT: 0.3 }, inProcess: 0.3, unknown: 0.2 },
      2_000,
      'inquiry',
    );
    assert.deepEqual([...new Set(drawn.map(({ kind }) => kind))].toSorted(), ['normal', 'unknown']);
    near(
      shareOf(drawn, ({ kind }) => kind === 'unknown'),
      0.2,
    );
  });

  it('takes latencies from the whole range', () => {
    const profile = { ...CALM, latencyMs: { min: 2, max: 4 } };
    const drawn = Array.from({ length: 200 }, (_, index) => draw(profile, { ...CALL, call: index + 1 }));
    assert.deepEqual(new Set(drawn.map((one) => one.kind === 'delay' && one.ms)), new Set([2, 3, 4]));
  });
});

describe('the declines of a profile', () => {
  const declines = { usual: ['ONE', 'OTHER'], knows: (code: string) => code !== 'FOREIGN' };

  it('are spread evenly over the codes that are usual at a provider, if they are one number', () => {
    const profile = profileSchema.parse({ decline: 0.5, unknown: 0.1 });
    const expected = { ...CALM, unknown: 0.1, decline: { ONE: 0.25, OTHER: 0.25 } };
    assert.deepEqual(declining(profile, declines), expected);
  });

  it('are left out where the provider does not have the code', () => {
    const profile = { ...CALM, decline: { ONE: 0.5, RARE: 0.2, FOREIGN: 0.3 } };
    assert.deepEqual(declining(profile, declines).decline, { ONE: 0.5, RARE: 0.2 });
  });
});

describe('reading a profile', () => {
  it('takes what is left out as calm', () => {
    assert.deepEqual(profileSchema.parse({}), CALM);
    assert.deepEqual(profileSchema.parse({ unknown: 0.5 }), { ...CALM, unknown: 0.5 });
  });

  it('takes the named ones', () => {
    for (const profile of Object.values(PROFILES)) assert.deepEqual(profileSchema.parse(profile), profile);
  });

  const mistakes: Record<string, unknown> = {
    'shares of more than 1 in all': { unknown: 0.5, serverError: 0.4, decline: { RISK_REJECT: 0.2 } },
    'such shares with one number of declines': { unknown: 0.5, decline: 0.6 },
    'a negative share': { unknown: -0.1 },
    'an unknown member': { unknwon: 0.1 },
    'latencies upside down': { latencyMs: { min: 5, max: 4 } },
  };
  for (const [what, profile] of Object.entries(mistakes)) {
    it(`refuses ${what}`, () => {
      assert.equal(profileSchema.safeParse(profile).success, false);
    });
  }
});
