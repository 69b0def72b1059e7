import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  AccountGate,
  AccountGateOptions,
  Entry,
  Pass,
} from '../../../../../src/worker/gate/account-gate.js';
import { createAccountGate } from '../../../../../src/worker/gate/account-gate.js';
import { LONGEST_QUIET_MS } from '../../../../../src/worker/gate/standing.js';
import { A_GATE } from '../../../../support/capture-path.js';
import type { ManualClock } from '../../../../support/manual-clock.js';
import { manualClock, settled } from '../../../../support/manual-clock.js';

interface Rig {
  readonly clock: ManualClock;
  readonly gate: AccountGate;
}

function rig(change: Partial<AccountGateOptions> = {}): Rig {
  const clock = manualClock();
  const breaker = { ...A_GATE.breaker, calls: 2, probes: 2 };
  const gate = createAccountGate({
    ...{ ...A_GATE, maxInFlight: 2, probeEveryMs: 1_000, breaker },
    ...{ clock, random: () => 0 },
    ...change,
  });
  return { clock, gate };
}

function passed(entry: Entry): Pass {
  assert.ok(entry.entered, entry.entered ? '' : entry.because);
  return entry;
}

const ILL = { captureId: 'a', probe: false, finding: 'unknown', health: 'ill', retryAfterMs: null } as const;
const WELL = {
  captureId: 'a',
  probe: false,
  finding: 'captured',
  health: 'well',
  retryAfterMs: null,
} as const;

/** Who has entered or was turned away, in their order. */
function follow(gate: AccountGate): {
  readonly ended: string[];
  readonly come: (name: string, comer?: 'order' | 'due') => void;
} {
  const ended: string[] = [];
  return {
    ended,
    come: (name, comer = 'order') => {
      void gate.enter(comer).then((entry) => ended.push(entry.entered ? name : `${name}: ${entry.because}`));
    },
  };
}

describe('account gate', () => {
  it('lets in as many as it may, then one for each that leaves, in order', async () => {
    const { gate } = rig();
    const first = passed(await gate.enter('order'));
    await gate.enter('order');
    const { ended, come } = follow(gate);
    come('third');
    come('fourth');
    await settled();
    assert.deepEqual([ended, gate.stats().inFlight, gate.stats().waiting], [[], 2, 2]);
    first.leave('called');
    first.leave('called');
    await settled();
    assert.deepEqual(ended, ['third'], 'a place is given back once');
  });

  it('turns orders away that find as many waiting as may be under way, and counts them', async () => {
    const { gate } = rig();
    for (let call = 0; call < 2; call += 1) await gate.enter('order');
    for (let waiter = 0; waiter < 2; waiter += 1) void gate.enter('order');
    assert.deepEqual(await gate.enter('order'), { entered: false, because: 'full', waitMs: 1 });
    assert.equal(gate.stats().turnedAway.full, 1);
  });

  it('lets orders wait however long the line while no other account could use their places', async () => {
    const others = { areHungry: false };
    const { gate, clock } = rig({ areOthersHungry: () => others.areHungry });
    const first = passed(await gate.enter('order'));
    const { ended, come } = follow(gate);
    for (let waiter = 0; waiter < 50; waiter += 1) come(String(waiter));
    await clock.advance(1_000);
    assert.deepEqual([ended, gate.stats().waiting], [['0'], 49]);
    first.leave('called');
    await settled();
    assert.deepEqual([ended, gate.stats().waiting], [['0', '1'], 48]);

    others.areHungry = true;
    await clock.advance(100);
    others.areHungry = false;
    await clock.advance(1_000);
    assert.equal(gate.stats().waiting, 48, 'one was hungry for a moment only');
    others.areHungry = true;
    await clock.advance(200);
    await settled();
    assert.equal(gate.stats().waiting, 2, 'who came first stays in the line');
    assert.deepEqual(ended.slice(2, 4), ['4: full', '5: full']);
    assert.equal(ended.length, 48);
    await clock.advance(1_000);
    assert.equal(clock.sleepers, 0, 'nothing is left to be watched');
  });

  it('is hungry while an order would be sent at once', async () => {
    const { gate } = rig({ maxInFlight: 1 });
    assert.ok(gate.isHungry);
    const pass = passed(await gate.enter('order'));
    assert.ok(!gate.isHungry);
    pass.leave('called');
    assert.ok(gate.isHungry);
    gate.answered({ ...WELL, retryAfterMs: 1_000 });
    assert.ok(!gate.isHungry);
  });

  it('lets orders and due captures in by turns', async () => {
    const { gate } = rig({ maxInFlight: 1 });
    const first = passed(await gate.enter('order'));
    const entered: string[] = [];
    for (const [name, comer] of [
      ['due 1', 'due'],
      ['order 1', 'order'],
      ['due 2', 'due'],
    ] as const)
      void gate.enter(comer).then((entry) => {
        entered.push(name);
        passed(entry).leave('called');
      });
    first.leave('called');
    await settled();
    assert.deepEqual(entered, ['order 1', 'due 1', 'due 2']);
  });

  it('has room for due captures for its places and the line, less those that are taken', () => {
    const { gate } = rig();
    assert.deepEqual([gate.room, gate.isRoomy], [4, true]);
    for (let order = 0; order < 4; order += 1) void gate.enter('order');
    assert.deepEqual([gate.room, gate.isRoomy], [2, true], 'however many orders wait');
    for (let due = 0; due < 2; due += 1) void gate.enter('due');
    assert.deepEqual([gate.room, gate.isRoomy], [0, false]);
  });

  it('tells of room when a place gets free and when it opens', async () => {
    const { gate, clock } = rig();
    const told: string[] = [];
    const forget = gate.onRoom(() => told.push('room'));
    passed(await gate.enter('order')).leave('called');
    assert.deepEqual(told, ['room']);
    gate.answered(ILL);
    gate.answered(ILL);
    await clock.advance(1_000);
    for (let probe = 0; probe < 2; probe += 1) {
      const pass = passed(await gate.enter('due'));
      const before = told.length;
      gate.answered({ ...WELL, probe: true });
      pass.leave('called');
      assert.ok(told.length > before);
    }
    const before = told.length;
    forget();
    passed(await gate.enter('order')).leave('called');
    assert.equal(told.length, before);
  });

  describe('with a rate limit', () => {
    const rate = { perSecond: 10, burst: 2 };

    it('has calls wait in the line for it, and turns orders away that would wait for long', async () => {
      const { gate, clock } = rig({ maxInFlight: 50, rate });
      const { ended, come } = follow(gate);
      for (let call = 1; call <= 13; call += 1) come(String(call));
      await settled();
      assert.deepEqual(ended, ['1', '2', '13: rate_limit']);
      assert.equal(gate.stats().rateWaits, 10);
      await clock.advance(100);
      await settled();
      assert.deepEqual(ended.slice(3), ['3']);
      await clock.advance(900);
      await settled();
      assert.equal(ended.length, 13);
      assert.equal(ended.at(-1), '12');
    });

    it('gives back what wasn’t used for a call', async () => {
      const { gate } = rig({ rate });
      for (let taken = 0; taken < 20; taken += 1) passed(await gate.enter('order')).leave('uncalled');
    });

    it('has room for so many due captures as get through soon, and for one however slow it is', () => {
      assert.equal(rig({ maxInFlight: 100, rate: { perSecond: 4, burst: 4 } }).gate.room, 24);
      const slow = rig({ maxInFlight: 100, rate: { perSecond: 0.1, burst: 1 } }).gate;
      void slow.enter('order');
      assert.equal(slow.room, 1);
      void slow.enter('due');
      assert.deepEqual([slow.room, slow.isRoomy], [0, false]);
    });

    it('waits without an end where nobody else could use the place', async () => {
      const { gate, clock } = rig({ rate, areOthersHungry: () => false, maxInFlight: 100 });
      const { ended, come } = follow(gate);
      for (let call = 1; call <= 40; call += 1) come(String(call));
      await clock.advance(3_800);
      await settled();
      assert.equal(ended.length, 40);
    });
  });

  describe('of a broken account', () => {
    async function broken(): Promise<Rig> {
      const made = rig();
      const { gate } = made;
      for (let call = 0; call < 2; call += 1) await gate.enter('order');
      const { ended, come } = follow(gate);
      come('order');
      come('due', 'due');
      assert.deepEqual(gate.answered(ILL), []);
      assert.deepEqual(gate.answered(ILL), ['broken']);
      await settled();
      assert.deepEqual(ended, ['order: broken', 'due: broken'], 'those in the line as well');
      return made;
    }

    it('turns all away, until a probe can be made and there is a place for it', async () => {
      const { gate, clock } = await broken();
      assert.equal(gate.stats().state, 'broken');
      await clock.advance(400);
      assert.deepEqual(await gate.enter('order'), { entered: false, because: 'broken', waitMs: 600 });
      await clock.advance(600);
      assert.equal(gate.room, 0, 'calls that hang have the places');
      assert.deepEqual((await gate.enter('order')).entered, false);
    });

    it('makes one probe at a time, and opens after enough good ones', async () => {
      const { gate, clock } = rig();
      gate.answered(ILL);
      gate.answered(ILL);
      await clock.advance(1_000);
      assert.deepEqual([gate.room, gate.isRoomy], [1, true]);
      const probe = passed(await gate.enter('due'));
      assert.ok(probe.probe);
      assert.deepEqual([gate.room, (await gate.enter('order')).entered], [0, false]);
      assert.deepEqual(gate.answered({ ...WELL, probe: true }), []);
      probe.leave('called');
      const second = passed(await gate.enter('order'));
      assert.ok(second.probe);
      assert.deepEqual(gate.answered({ ...WELL, probe: true }), ['mended']);
      second.leave('called');
      assert.equal(gate.stats().state, 'open');
      assert.ok(!passed(await gate.enter('order')).probe);
    });

    it('isn’t stuck with a probe that made no call', async () => {
      const { gate, clock } = rig();
      gate.answered(ILL);
      gate.answered(ILL);
      await clock.advance(1_000);
      passed(await gate.enter('order')).leave('uncalled');
      assert.equal((await gate.enter('order')).entered, false);
      await clock.advance(1_000);
      assert.ok(passed(await gate.enter('order')).probe);
    });
  });

  it('of a held account makes a probe now and then, and is let go by a good answer', async () => {
    const { gate, clock } = rig();
    const fault = { ...WELL, finding: 'account_fault' } as const;
    for (const captureId of ['a', 'b']) assert.deepEqual(gate.answered({ ...fault, captureId }), []);
    assert.deepEqual(gate.answered({ ...fault, captureId: 'c' }), ['held']);
    assert.deepEqual(await gate.enter('order'), { entered: false, because: 'held', waitMs: 1_000 });
    await clock.advance(1_000);
    const probe = passed(await gate.enter('order'));
    assert.ok(probe.probe);
    assert.deepEqual(gate.answered({ ...fault, captureId: 'd', probe: true }), []);
    probe.leave('called');
    assert.equal((await gate.enter('order')).entered, false);
    await clock.advance(1_000);
    passed(await gate.enter('order'));
    assert.deepEqual(gate.answered({ ...WELL, captureId: 'e', probe: true }), ['released']);
    assert.equal(gate.stats().state, 'open');
  });

  it('lets nobody in before the provider wants calls again, not even as a probe', async () => {
    const { gate, clock } = rig();
    assert.deepEqual(gate.answered({ ...ILL, retryAfterMs: 30_000 }), ['told_to_wait']);
    assert.deepEqual(gate.answered({ ...ILL, retryAfterMs: 1_000 }), ['broken']);
    await clock.advance(29_999);
    assert.deepEqual(
      [gate.room, await gate.enter('due')],
      [0, { entered: false, because: 'broken', waitMs: 1 }],
    );
    await clock.advance(1);
    assert.ok(passed(await gate.enter('due')).probe);

    const open = rig();
    open.gate.answered({ ...WELL, retryAfterMs: 5_000 });
    assert.deepEqual(await open.gate.enter('order'), {
      entered: false,
      because: 'told_to_wait',
      waitMs: 5_000,
    });
    await open.clock.advance(5_000);
    assert.ok(!passed(await open.gate.enter('order')).probe);
  });

  it('believes no wish for more than ten minutes', async () => {
    const { gate, clock } = rig();
    gate.answered({ ...WELL, retryAfterMs: 86_400_000 });
    await clock.advance(LONGEST_QUIET_MS - 1);
    assert.equal((await gate.enter('order')).entered, false);
    await clock.advance(1);
    passed(await gate.enter('order'));
  });
});
