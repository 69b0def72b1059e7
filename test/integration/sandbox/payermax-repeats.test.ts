import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RepeatMode } from '../../../sandbox/payermax/captures.js';
import { REPEAT_MODES } from '../../../sandbox/payermax/captures.js';
import type { Script } from '../../../sandbox/scenario.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { PayermaxMerchant } from '../../support/payermax-merchant.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { until } from '../../support/until.js';

const HOUR = 3_600_000;
const SUCCESS = 'APPLY_SUCCESS SUCCESS';
const FAILED = 'APPLY_SUCCESS FAILED';
const PENDING = 'APPLY_SUCCESS PENDING';

/** What a repeat gets by the mode, if the capture itself has become `natural`. */
function repeatOf(mode: RepeatMode, natural: string): string {
  switch (mode) {
    case 'repeats':
      return natural;
    case 'order_repeat':
      return 'ORDER_REPEAT';
    case 'rejects':
      return FAILED;
  }
}

for (const mode of REPEAT_MODES) {
  describe(`a repeated requestId at a PayerMax that ${mode}`, () => {
    let sandbox: Sandbox;
    let merchant: PayermaxMerchant;
    let admin: SandboxAdmin;

    before(async () => {
      sandbox = await startSandbox({ payermax: { repeatMode: mode } });
      merchant = new PayermaxMerchant(sandbox);
      admin = new SandboxAdmin(sandbox, 'payermax');
    });
    after(() => sandbox.close());

    const captures = async (paymentId: string): Promise<number> =>
      (await admin.entry(paymentId)).captures.length;
    const outcomes = async (paymentId: string, calls: number): Promise<string[]> => {
      const all: string[] = [];
      for (let call = 0; call < calls; call += 1) {
        all.push((await merchant.capture(paymentId, { requestId: `of ${paymentId}` })).outcome);
      }
      return all;
    };

    it('moves the money once', async () => {
      const paymentId = await admin.authorise();
      const again = repeatOf(mode, SUCCESS);
      assert.deepEqual(await outcomes(paymentId, 3), [SUCCESS, again, again]);
      assert.equal(await captures(paymentId), 1);
      assert.equal((await admin.summary()).doubleCaptures, 0);
    });

    it('is one also if the money moved and nobody was told', async () => {
      const paymentId = await admin.authorise({ scenario: [{ kind: 'unknown', moved: true }] });
      assert.deepEqual(await outcomes(paymentId, 2), ['SYSTEM_ERROR', repeatOf(mode, SUCCESS)]);
      assert.equal(await captures(paymentId), 1);
    });

    it('is none if the first one never came to be accepted', async () => {
      const unheard: Script = [
        { kind: 'unknown', moved: false },
        { kind: 'answer', resultCode: 'TOO_MANY_REQUEST' },
        { kind: 'reset', when: 'before_read', moved: false },
      ];
      const paymentId = await admin.authorise({ scenario: unheard });
      assert.deepEqual(await outcomes(paymentId, 2), ['SYSTEM_ERROR', 'TOO_MANY_REQUEST']);
      await assert.rejects(outcomes(paymentId, 1));
      assert.deepEqual(await outcomes(paymentId, 1), [SUCCESS]);
    });

    for (const moved of [true, false]) {
      it(`follows a capture from PENDING to ${moved ? 'SUCCESS' : 'FAILED'} as its mode has it`, async () => {
        const paymentId = await admin.authorise({
          scenario: [{ kind: 'in_process', moved, endsAfterMs: HOUR }],
        });
        assert.deepEqual(await outcomes(paymentId, 2), [PENDING, repeatOf(mode, PENDING)]);
        assert.equal(await captures(paymentId), 0);
        assert.equal(await admin.hurry(), 1);
        assert.deepEqual(await outcomes(paymentId, 1), [repeatOf(mode, moved ? SUCCESS : FAILED)]);
        assert.equal(await captures(paymentId), moved ? 1 : 0);
      });
    }

    it('is one also while the first one takes its time', async () => {
      const paymentId = await admin.authorise({ scenario: [{ kind: 'delay', ms: HOUR }] });
      const slow = outcomes(paymentId, 1);
      await until(async () => (await admin.entry(paymentId)).requestIds.length === 1);
      assert.deepEqual(await outcomes(paymentId, 1), [repeatOf(mode, PENDING)]);
      await admin.hurry();
      assert.deepEqual(await slow, [SUCCESS]);
      assert.equal(await captures(paymentId), 1);
    });

    it('repeats a failure', async () => {
      const expired = { authorisedAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-08T00:00:00Z' };
      const paymentId = await admin.authorise(expired);
      assert.deepEqual(await outcomes(paymentId, 2), [FAILED, repeatOf(mode, FAILED)]);
    });

    it('executed late is one afterwards, and none before', async () => {
      const scenario: Script = [{ kind: 'unknown', moved: true, movesAfterMs: HOUR }];
      const paymentId = await admin.authorise({ scenario });
      assert.deepEqual(await outcomes(paymentId, 1), ['SYSTEM_ERROR']);
      assert.equal(await admin.hurry(), 1);
      assert.equal(await captures(paymentId), 1);
      assert.deepEqual(await outcomes(paymentId, 1), [repeatOf(mode, SUCCESS)]);

      const repeated = await admin.authorise({ scenario });
      assert.deepEqual(await outcomes(repeated, 2), ['SYSTEM_ERROR', SUCCESS]);
      assert.equal(await admin.hurry(), 1);
      assert.equal(await captures(repeated), 1);
      assert.equal((await admin.summary()).lateCollisions, 0);
    });

    const changes: Record<string, Record<string, unknown>> = {
      amount: { amount: 99.99 },
      currency: { currency: 'USD' },
      order: { outTradeNo: 'another' },
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`with another content (${what}) is PARAMS_INVALID, and moves nothing`, async () => {
        const paymentId = await admin.authorise();
        await outcomes(paymentId, 1);
        const changed = await merchant.capture(paymentId, { requestId: `of ${paymentId}`, ...change });
        assert.equal(changed.outcome, 'PARAMS_INVALID');
        assert.equal(await captures(paymentId), 1);
      });
    }

    it('with the same content in other words is the same', async () => {
      const paymentId = await admin.authorise({ reference: `ORDER_${mode}` });
      const same = { requestId: 'in other words' };
      assert.equal((await merchant.capture(`ORDER_${mode}`, same)).outcome, SUCCESS);
      const reworded = await merchant.capture(`order_${mode}`, same, { amountText: '1e2' });
      assert.equal(reworded.outcome, repeatOf(mode, SUCCESS));
      assert.equal(await captures(paymentId), 1);
    });
  });
}

describe('what a repeated requestId is told', () => {
  const withMode = async (
    repeatMode: RepeatMode,
    use: (merchant: PayermaxMerchant, admin: SandboxAdmin) => Promise<void>,
  ): Promise<void> => {
    const sandbox = await startSandbox({ payermax: { repeatMode } });
    try {
      await use(new PayermaxMerchant(sandbox), new SandboxAdmin(sandbox, 'payermax'));
    } finally {
      await sandbox.close();
    }
  };

  it('is the same to the letter, where it repeats', () =>
    withMode('repeats', async (merchant, admin) => {
      const paymentId = await admin.authorise();
      const first = await merchant.capture(paymentId, { requestId: 'again' });
      assert.equal((await merchant.capture(paymentId, { requestId: 'again' })).text, first.text);
    }));

  it('is nothing of the capture, where it is ORDER_REPEAT', () =>
    withMode('order_repeat', async (merchant, admin) => {
      const paymentId = await admin.authorise();
      await merchant.capture(paymentId, { requestId: 'again' });
      const { data, signed } = await merchant.capture(paymentId, { requestId: 'again' });
      assert.deepEqual([data, signed], [{}, false]);
    }));

  it('is a signed failure like any other, where it rejects', () =>
    withMode('rejects', async (merchant, admin) => {
      const paymentId = await admin.authorise();
      const first = await merchant.capture(paymentId, { requestId: 'again' });
      const { data, signed } = await merchant.capture(paymentId, { requestId: 'again' });
      assert.ok(signed);
      assert.deepEqual(
        [data['requestId'], data['amount'], data['errorCode']],
        ['again', 100, 'PAYMENT_FAILED'],
      );
      assert.equal(data['succeededTime'], null);
      assert.notEqual(data['captureNo'], first.data['captureNo']);
    }));
});
