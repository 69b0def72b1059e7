import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import type { Finding } from '../../../src/capture/evidence.js';
import { requestIdOf } from '../../../src/capture/ids.js';
import { storyOf } from '../../../src/store/stories.js';
import { CAPTURED } from '../../support/captures.js';
import type { OperatorRig } from '../../support/operator-rig.js';
import { openOperatorRig } from '../../support/operator-rig.js';
import { numberOf, pieceOf } from '../../support/store.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';

const DECLINED: Finding = { is: 'declined', category: 'limit' };
const WHOLE = { value: '150000', currency: 'IQD' };
const DO = ['--reason', 'the limit was raised', '--yes'];

describe('captures retry', () => {
  let rig: OperatorRig;
  before(async () => {
    rig = await openOperatorRig();
  });
  after(() => rig.close());

  /** What the next send of it would be. */
  async function nextSend({ captureId }: Capture): Promise<Capture | null> {
    const [begun] = await rig.store.start([{ captureId, leaseMs: 60_000, worker: 'worker-2' }]);
    return begun ?? null;
  }

  async function storyLines({ captureId }: Capture): Promise<string[]> {
    const story = await storyOf(rig.database.pool, captureId);
    return story?.evidence.map(({ evidence }) => `${evidence.kind} ${evidence.finding.is}`) ?? [];
  }

  for (const provider of ['wallet', 'yabandpay'] as const)
    it(`asks ${provider} first, and has it sent under the next request id if nothing was captured`, async () => {
      const capture = await rig.answered(provider, `${provider}-again`, DECLINED);
      const { code, out, err } = await rig.captures('retry', capture.captureId, ...DO);
      assert.deepEqual(
        [code, out],
        [0, `capture ${capture.captureId}: failed/limit -> planned; subscribers are told by event 2\n`],
      );
      assert.match(err, new RegExp(`Asks ${provider} first`));
      assert.deepEqual(await storyLines(capture), [
        'capture_response declined',
        'inquiry authorised',
        'operator retried',
      ]);
      assert.equal((await nextSend(capture))?.requestId, requestIdOf(capture.captureId, 2));
      const story = await rig.captures('show', capture.captureId);
      assert.match(
        story.out,
        /operator +captures retry by alice: failed\/limit -> planned, reason "the limit was raised"/,
      );
    });

  it('finds that the capture was made after all: it has succeeded, and is not sent', async () => {
    const capture = await rig.answered('wallet', 'made-after-all', DECLINED);
    await new WalletMerchant(rig.sandbox).capture(capture.paymentId, {
      captureRequestId: capture.requestId,
      captureAmount: WHOLE,
    });
    const { code, out, err } = await rig.captures('retry', capture.captureId, ...DO);
    const changed = `capture ${capture.captureId}: failed/limit -> succeeded; subscribers are told by event 2\n`;
    assert.deepEqual([code, out], [12, changed]);
    assert.match(err, /by what it says the capture is succeeded\. That is recorded, and nothing is sent/);
    assert.ok(!err.includes('Nothing was changed'));
    assert.deepEqual(await storyLines(capture), ['capture_response declined', 'inquiry captured']);
    const story = await storyOf(rig.database.pool, capture.captureId);
    assert.equal(story?.capture.status.state, 'succeeded');
    assert.deepEqual(
      story.events.map(({ type }) => type),
      ['capture.failed', 'capture.succeeded'],
    );
    assert.deepEqual(
      story.actions.map(({ who, action, reason, changedFrom, changedTo }) => [
        who,
        action,
        reason,
        changedFrom,
        changedTo,
      ]),
      [['alice', 'captures retry', 'the limit was raised', 'failed/limit', 'succeeded']],
    );
    assert.equal(story.scheduled, null);
    assert.equal(await nextSend(capture), null);
  });

  it('sends nothing if somebody else captured the payment: a person must look', async () => {
    const capture = await rig.answered('wallet', 'somebody-else', DECLINED);
    await new WalletMerchant(rig.sandbox).capture(capture.paymentId, {
      captureAmount: { ...WHOLE, value: '100000' },
    });
    const { code, err } = await rig.captures('retry', capture.captureId, ...DO);
    assert.equal(code, 12);
    assert.match(err, /the capture is failed\/limit.*, review integrity_mismatch/);
    const story = await storyOf(rig.database.pool, capture.captureId);
    assert.deepEqual([story?.capture.status.state, story?.capture.review], ['failed', 'integrity_mismatch']);
    assert.match(story?.actions[0]?.changedTo ?? '', /review integrity_mismatch/);
    assert.equal(await nextSend(capture), null);
  });

  it('sends nothing while the provider tells nothing', async () => {
    const capture = await rig.answered('wallet', 'silent', DECLINED, {
      inquiryScenario: [{ kind: 'http', status: 503, moved: false }],
    });
    const { code, err } = await rig.captures('retry', capture.captureId, ...DO);
    assert.equal(code, 11);
    assert.match(err, /but says unknown/);
    assert.deepEqual(await storyLines(capture), ['capture_response declined', 'inquiry unknown']);
    assert.equal(await nextSend(capture), null);
  });

  it('warns where customers were told to authorise anew, and of an account that is paused', async () => {
    const capture = await rig.answered('wallet', 'told-to-pay', { is: 'declined', category: 'funds' });
    await rig.database.pool.query(
      "insert into account_pauses (account, paused_at, paused_by, reason) values ($1, now(), 'bob', 'OPS-3')",
      [capture.account],
    );
    const shown = await rig.capturesAsked(
      () => Promise.resolve('no'),
      ...['retry', capture.captureId, '--reason', 'seen'],
    );
    assert.match(shown.err, /RISK: customers were told of funds, and to authorise anew/);
    assert.match(shown.err, /Account demo-wallet is paused: it is sent once that is resumed/);
    assert.equal((await rig.captures('retry', capture.captureId, ...DO)).code, 0);
    const story = await rig.captures('show', capture.captureId);
    assert.match(story.out, /PAUSED +account demo-wallet: nothing is sent through it until it is resumed/);
    await rig.database.pool.query('delete from account_pauses');
    assert.ok(!(await rig.captures('show', capture.captureId)).out.includes('PAUSED'));
    const other = await rig.answered('wallet', 'not-told-to-pay', DECLINED);
    const quiet = await rig.captures('retry', other.captureId, ...DO);
    assert.ok(!quiet.err.includes('RISK'), quiet.err);
  });

  it('warns where the provider once had a request in process: it may be executed yet', async () => {
    const capture = await rig.answered('wallet', 'once-in-process', DECLINED);
    const { captureId } = capture;
    const piece = pieceOf(captureId, { is: 'in_process' }, { kind: 'inquiry', attempt: null });
    await rig.store.record([{ captureId, pieces: [piece] }]);
    const told = await rig.captures('retry', captureId, ...DO);
    assert.match(told.err, /RISK: the provider once said that .* in process\. It may be executed yet/);
  });

  it('is refused where the order is or may be paid by another capture, unless the customer owes both', async () => {
    const capture = await rig.answered('wallet', 'one-of-two', DECLINED);
    for (const [name, finding, isPaying] of [
      ['other-failed', DECLINED, false],
      ['other-open', { is: 'unknown' }, true],
      ['other-succeeded', CAPTURED, true],
    ] as const) {
      const other = await rig.answered('wallet', name, finding);
      await rig.database.pool.query('update captures set order_id = $2 where capture_id = $1', [
        other.captureId,
        capture.orderId,
      ]);
      const told = await rig.capturesAsked(
        () => Promise.resolve('no'),
        ...['retry', capture.captureId, '--reason', 'seen'],
      );
      assert.equal(told.code, 11);
      const isNamed = told.err.includes(other.captureId);
      assert.ok(isNamed, told.err);
      assert.equal(told.err.includes('say so with --despite-other-captures'), isPaying, name);
    }
    const told = await rig.captures('retry', capture.captureId, '--despite-other-captures', ...DO);
    assert.equal(told.code, 0, told.err);
    assert.match(
      told.err,
      /Also of this order: capture \S+, succeeded, 150\.000 IQD, payment other-succeeded/,
    );
  });

  it('goes on if somebody else asked meanwhile and was told the same, and not if told otherwise', async () => {
    for (const [name, finding, code] of [
      ['asked-alike', { is: 'authorised' }, 0],
      ['asked-otherwise', { is: 'unknown' }, 11],
    ] as const) {
      const capture = await rig.answered('wallet', name, DECLINED);
      const { captureId } = capture;
      const told = await rig.capturesAsked(
        async () => {
          const piece = pieceOf(captureId, finding, { kind: 'inquiry', attempt: null, label: 'another' });
          await rig.store.record([{ captureId, pieces: [piece] }]);
          return 'yes';
        },
        ...['retry', captureId, '--reason', 'the limit was raised'],
      );
      assert.equal(told.code, code, told.err);
    }
  });

  it('asks for another amount, written by the account’s rules', async () => {
    const bodies = {
      wallet: /"captureAmount":\{"value":"120000","currency":"IQD"\}/,
      yabandpay: /"amount":"20\.00","currency":"EUR","description":"Order order-of-less-yabandpay"/,
    };
    for (const [provider, amount] of [
      ['wallet', '120000'],
      ['yabandpay', '2000'],
    ] as const) {
      const capture = await rig.answered(provider, `less-${provider}`, DECLINED);
      const told = await rig.captures('retry', capture.captureId, '--amount', amount, ...DO);
      assert.equal(told.code, 0, told.err);
      const next = await nextSend(capture);
      assert.equal(next?.money.amount, BigInt(amount));
      const text = Buffer.from(next.body).toString();
      assert.match(text, bodies[provider]);
      assert.ok(text.includes(requestIdOf(capture.captureId, 2)) && !text.includes(capture.requestId));
      const shown = await rig.captures('show', capture.captureId);
      assert.match(shown.out, /ordered +\S+ \S+; an operator had another amount sent/);
    }
    const capture = await rig.answered('wallet', 'more', DECLINED);
    const { code, err } = await rig.captures('retry', capture.captureId, '--amount', '150001', ...DO);
    assert.equal(code, 11);
    assert.match(err, /--amount: 150001 minor units are more than the 150000 that were authorised/);
    assert.deepEqual(await storyLines(capture), ['capture_response declined'], 'nobody was asked');
  });

  it('refuses PayerMax, which can’t be asked, unless told that this is known, and says what the risk is', async () => {
    const capture = await rig.answered('payermax', 'AbC_1', DECLINED);
    const refused = await rig.captures('retry', capture.captureId, ...DO);
    assert.equal(refused.code, 11);
    assert.match(refused.err, /PayerMax tells nothing of captures .* --unverifiable/);
    const told = await rig.captures('retry', capture.captureId, '--unverifiable', '--amount', '9900', ...DO);
    assert.equal(told.code, 0, told.err);
    assert.match(told.err, /RISK: .*may move it again/s);
    assert.deepEqual(await storyLines(capture), ['capture_response declined', 'operator retried']);
    const next = await nextSend(capture);
    assert.match(
      Buffer.from(next?.body ?? []).toString(),
      /"outTradeNo":"AbC_1","currency":"SAR","amount":99\.00/,
    );
    assert.deepEqual((await rig.admin('payermax').book()).calls, {}, 'and nobody was called');
  });

  it('refuses while the last request may be on its way', async () => {
    const capture = await rig.answered('wallet', 'early', DECLINED);
    await rig.database.pool.query('update captures set lease_until = now() where capture_id = $1', [
      capture.captureId,
    ]);
    const { code, err } = await rig.captures('retry', capture.captureId, ...DO);
    assert.equal(code, 11);
    assert.match(err, /may still be on its way\. Try again after/);
  });

  it('needs the account that the capture belongs to', async () => {
    const capture = await rig.answered('wallet', 'moved-away', DECLINED);
    await rig.database.pool.query("update captures set merchant_id = 'other' where capture_id = $1", [
      capture.captureId,
    ]);
    const { code, err } = await rig.captures('retry', capture.captureId, ...DO);
    assert.equal(code, 3);
    assert.match(err, /no account "demo-wallet" of wallet merchant other/);
  });

  it('trusts no account whose credentials have stood for another merchant, and binds none', async () => {
    const capture = await rig.answered('wallet', 'rebound', DECLINED);
    const bound = (): Promise<number> => numberOf(rig.database.pool, 'select count(*) from merchants');
    assert.equal(await bound(), 0, 'only a worker binds');
    await rig.database.pool.query(
      "insert into merchants (provider, identity, merchant_id, account) values ('wallet', lower($1), 'another', 'old')",
      [rig.sandbox.keys.wallet.clientId],
    );
    const { code, err } = await rig.captures('retry', capture.captureId, ...DO);
    assert.equal(code, 3);
    assert.match(err, /have stood for merchant 'another'/);
    assert.deepEqual(await storyLines(capture), ['capture_response declined'], 'nobody was asked');
  });
});
