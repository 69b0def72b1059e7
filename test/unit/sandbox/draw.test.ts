import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrawnCall } from '../../../sandbox/draw.js';
import { draw, drawCallback, drawOutage, drawUndoing } from '../../../sandbox/draw.js';
import type { ProviderProfile } from '../../../sandbox/profile.js';
import { playedBy } from '../../../sandbox/profile.js';
import { CALM, PROFILES } from '../../../sandbox/profiles.js';
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

const CHAOS = playedBy(PROFILES.chaos, { usual: ['ONE'], knows: () => true });
const underDelay = (one: Scenario): Scenario =>
  one.kind === 'delay' ? (one.then ?? { kind: 'normal' }) : one;
const chaosOf = (paymentId: string, endpoint: DrawnCall['endpoint'], call: number): Scenario =>
  underDelay(draw(CHAOS, { ...CALL, paymentId, endpoint, call }));
const payments = Array.from({ length: 3_000 }, (_, index) => `pay-${index}`);

describe('chaos', () => {
  for (const endpoint of ['capture', 'inquiry'] as const) {
    it(`hurts three calls in ten or more: ${endpoint}`, () => {
      for (const call of [1, 2, 5]) {
        const drawn = payments.map((paymentId) => chaosOf(paymentId, endpoint, call));
        const hurt = shareOf(drawn, ({ kind }) => kind !== 'normal');
        assert.ok(hurt >= 0.3, `only ${hurt} of the calls of number ${call} are hurt`);
      }
    });

    it(`leaves a payment in peace after some calls, but for latency and lag: ${endpoint}`, () => {
      const later = payments.flatMap((paymentId) => [6, 7].map((call) => chaosOf(paymentId, endpoint, call)));
      const kinds = new Set(later.map((one) => (one.kind === 'stale' ? (one.then?.kind ?? '') : one.kind)));
      assert.deepEqual([...kinds], ['normal']);
    });
  }

  it('loses the answers of captures in every way, and executes others late, some beyond the time', () => {
    const drawn = payments.map((paymentId) => chaosOf(paymentId, 'capture', 1));
    const kinds = new Set(drawn.map(({ kind }) => kind));
    for (const kind of [
      'held',
      'wrong_amount',
      'truncated',
      'garbage',
      'wrong_signature',
      'unsigned',
    ] as const)
      assert.ok(kinds.has(kind), kind);
    const lateness = drawn.flatMap((one) =>
      'movesAfterMs' in one && one.movesAfterMs !== undefined ? [one.movesAfterMs] : [],
    );
    assert.ok(lateness.some((ms) => ms > 2_000) && lateness.some((ms) => ms <= 2_000));
    assert.ok(lateness.every((ms) => ms <= 8_000));
    const lost = drawn.filter((one) => one.kind === 'http' && one.status === 500 && one.moved);
    assert.ok(lost.length > 0 && drawn.some((one) => one.kind === 'held' && one.ms === 35_000));
  });

  it('never fails a capture of which an earlier request is still to be executed', () => {
    const profile = { ...CALM, inProcess: 0.5, late: 0.5, movedShare: 0 };
    const drawn = payments.map((paymentId) =>
      [1, 2, 3].map((call) => draw(profile, { ...CALL, paymentId, call })),
    );
    const spoilsTheTruth = ([first, ...others]: readonly Scenario[]): boolean =>
      first !== undefined &&
      'movesAfterMs' in first &&
      others.some((one) => one.kind === 'in_process' && !one.moved);
    assert.deepEqual(drawn.filter(spoilsTheTruth), []);
    assert.ok(drawn.flat().some((one) => one.kind === 'in_process' && !one.moved));
  });

  it('answers every second inquiry about some payments from a replica that lags', () => {
    const isStale = (paymentId: string, call: number): boolean =>
      chaosOf(paymentId, 'inquiry', call).kind === 'stale';
    const lagging = payments.filter((paymentId) => isStale(paymentId, 1));
    near(lagging.length / payments.length, 0.3);
    for (const paymentId of lagging)
      assert.deepEqual(
        [2, 3, 4].map((call) => isStale(paymentId, call)),
        [false, true, false],
      );
    assert.ok(!payments.some((paymentId) => chaosOf(paymentId, 'capture', 1).kind === 'stale'));
  });

  it('spoils no signature where there is none', () => {
    const unsigned: ProviderProfile = { ...CHAOS, lost: 0.5, decline: {}, signsAnswers: false };
    const kinds = new Set(
      payments.map((paymentId) => underDelay(draw(unsigned, { ...CALL, paymentId })).kind),
    );
    assert.ok(kinds.has('truncated') && !kinds.has('wrong_signature') && !kinds.has('unsigned'));
  });

  it('lies in no notification of a payment whose money is given back: nobody could find it out', () => {
    const profile: ProviderProfile = {
      ...CHAOS,
      undone: 0.5,
      callbacks: { ...CHAOS.callbacks, contradicting: 0.5 },
    };
    const drawn = payments.map((paymentId) => ({
      undone: drawUndoing(profile, { seed: 's', paymentId }) !== null,
      lies: drawCallback(profile, { seed: 's', paymentId, end: 1 }).kind === 'contradicting',
    }));
    assert.ok(drawn.some(({ undone }) => undone) && drawn.some(({ lies }) => lies));
    assert.deepEqual(
      drawn.filter(({ undone, lies }) => undone && lies),
      [],
    );
  });

  it('has notifications of every kind, the same for the same seed', () => {
    const kindsUnder = (seed: string): string[] =>
      payments.map((paymentId) => drawCallback(CHAOS, { seed, paymentId, end: 1 }).kind);
    assert.deepEqual([...new Set(kindsUnder('s'))].toSorted(), [
      'contradicting',
      'duplicated',
      'late',
      'none',
      'normal',
      'reordered',
    ]);
    assert.deepEqual(kindsUnder('s'), kindsUnder('s'));
    assert.notDeepEqual(kindsUnder('s'), kindsUnder('t'));
  });
});

describe('outages', () => {
  const outageAt = (elapsedMs: number, provider = 'wallet'): string | null =>
    drawOutage(CHAOS, { seed: 's', provider, elapsedMs });
  const moments = Array.from({ length: 2_000 }, (_, index) => index * 100);

  it('come once in a period, for half of the longest time or more, and end', () => {
    for (let period = 0; period < 10; period += 1) {
      const inPeriod = moments.filter((ms) => Math.floor(ms / 20_000) === period);
      const out = inPeriod.filter((ms) => outageAt(ms) !== null);
      const lasted = out.length * 100;
      assert.ok(lasted >= 1_400 && lasted <= 3_100, `period ${period}: ${lasted} ms`);
      assert.equal((out.at(-1) ?? 0) - (out[0] ?? 0), lasted - 100, 'in one piece');
    }
  });

  it('come to each provider at a time of its own, and again under the same seed', () => {
    const times = (provider: string): (string | null)[] => moments.map((ms) => outageAt(ms, provider));
    assert.deepEqual(times('wallet'), times('wallet'));
    assert.notDeepEqual(times('wallet'), times('yabandpay'));
  });

  it('are of two kinds, and none without a profile that has them', () => {
    assert.deepEqual(new Set(moments.map((ms) => outageAt(ms))), new Set([null, 'http', 'reset']));
    assert.ok(
      moments.every((elapsedMs) => drawOutage(CALM, { seed: 's', provider: 'wallet', elapsedMs }) === null),
    );
  });
});
