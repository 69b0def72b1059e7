import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EntryView } from '../../../sandbox/book-view.js';
import { REPEAT_MODES } from '../../../sandbox/payermax/captures.js';
import type { SandboxOptions } from '../../../sandbox/sandbox.js';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { ProviderName } from '../../../sandbox/simulator.js';
import type { NotifiedPayment } from '../../support/sandbox-rig.js';
import { SandboxRig } from '../../support/sandbox-rig.js';
import { until } from '../../support/until.js';

const HOUR = 3_600_000;
/** Nobody is notified. */
const SILENT: SandboxOptions = { notify: { url: null } };
const LOST: Scenario = { kind: 'unknown', moved: true };

/** A payment after one capture, as the book tells of it. */
async function entryAfter(
  provider: ProviderName,
  payment: NotifiedPayment,
  options: SandboxOptions = SILENT,
  isReady: (entry: EntryView) => boolean = () => true,
): Promise<EntryView> {
  const rig = await SandboxRig.start(options);
  try {
    const paymentId = await rig.authorise(provider, payment);
    await rig.capture(provider, paymentId);
    await until(async () => isReady(await rig.admin(provider).entry(paymentId)));
    return await rig.admin(provider).entry(paymentId);
  } finally {
    await rig.close();
  }
}

const storyOf = ({ outcome, byInquiry, byRepeat, tells }: EntryView) => [outcome, byInquiry, byRepeat, tells];

describe('the book tells what would be told', () => {
  it('by the wallet, which remembers a request and can be asked', async () => {
    assert.deepEqual(storyOf(await entryAfter('wallet', { scenario: [LOST] })), [
      'captured',
      'captured',
      'captured',
      true,
    ]);
    const refused: Scenario = { kind: 'answer', resultCode: 'RISK_REJECT' };
    const story = storyOf(await entryAfter('wallet', { scenario: [refused] }));
    assert.deepEqual(story, ['not_captured', 'authorised', 'failed', true]);
  });

  it('by YabandPay, which tells nothing of a request that is repeated', async () => {
    const story = storyOf(await entryAfter('yabandpay', { scenario: [LOST] }));
    assert.deepEqual(story, ['captured', 'captured', 'nothing', true]);
  });

  it('of what is under way, will be executed late, or never ends', async () => {
    const late: Scenario = { kind: 'unknown', moved: true, movesAfterMs: HOUR };
    const inProcess: Scenario = { kind: 'in_process', moved: true };
    const expected: readonly (readonly [ProviderName, Scenario, readonly unknown[]])[] = [
      ['wallet', late, ['open', 'authorised', 'authorised', true]],
      ['wallet', { ...inProcess, endsAfterMs: HOUR }, ['open', 'in_process', 'in_process', true]],
      ['wallet', inProcess, ['open', 'in_process', 'in_process', false]],
      ['yabandpay', late, ['open', 'authorised', 'nothing', true]],
      ['yabandpay', inProcess, ['open', 'in_process', 'nothing', false]],
      ['payermax', inProcess, ['open', 'nothing', 'in_process', false]],
    ];
    for (const [provider, scenario, story] of expected)
      assert.deepEqual(
        storyOf(await entryAfter(provider, { scenario: [scenario] })),
        story,
        `${provider} ${scenario.kind}`,
      );
  });

  it('that nothing can be relied on where a script goes on for ever', async () => {
    const lying: Scenario = { kind: 'answer', resultCode: 'UNKNOWN_EXCEPTION' };
    const payment = { scenario: LOST, inquiryScenario: lying };
    assert.deepEqual(storyOf(await entryAfter('wallet', payment)), ['captured', 'nothing', 'nothing', false]);
  });

  const byMode = {
    repeats: { captured: ['captured', true], failed: ['failed', false] },
    order_repeat: { captured: ['nothing', false], failed: ['nothing', false] },
    rejects: { captured: ['failed', false], failed: ['failed', false] },
  } as const;
  for (const repeatMode of REPEAT_MODES) {
    describe(`by a PayerMax that ${repeatMode}`, () => {
      const payermax = { repeatMode };
      it('about what has moved, or came to nothing, to a repeat', async () => {
        const moved = await entryAfter('payermax', { scenario: [LOST] }, { ...SILENT, payermax });
        assert.deepEqual(storyOf(moved), ['captured', 'nothing', ...byMode[repeatMode].captured]);
        const failing: Scenario = { kind: 'in_process', moved: false, endsAfterMs: 0 };
        const failed = await entryAfter(
          'payermax',
          { scenario: [failing] },
          { ...SILENT, payermax },
          ({ outcome }) => outcome === 'not_captured',
        );
        assert.deepEqual(storyOf(failed), ['not_captured', 'nothing', ...byMode[repeatMode].failed]);
      });

      it('about a request that never arrived: a repeat would be the first', async () => {
        const scenario: Scenario = { kind: 'reset', when: 'before_read', moved: false };
        const entry = await entryAfter('payermax', { scenario: [scenario] }, { ...SILENT, payermax });
        assert.deepEqual(storyOf(entry), ['not_captured', 'nothing', 'authorised', true]);
      });

      it('by its callback, whatever a repeat is told', async () => {
        const isDelivered = ({ callbacks }: EntryView): boolean => callbacks[0]?.state === 'delivered';
        const entry = await entryAfter('payermax', { scenario: [LOST] }, { payermax }, isDelivered);
        assert.equal(entry.tells, true);
        const withheld = { scenario: [LOST], callbackScenario: { kind: 'none' } as const };
        const silent = await entryAfter('payermax', withheld, { payermax });
        assert.equal(silent.tells, repeatMode === 'repeats');
      });
    });
  }

  it('and the asking changes nothing: a request that nobody made stays unused', async () => {
    const rig = await SandboxRig.start(SILENT);
    try {
      const scenario = [{ kind: 'reset', when: 'before_read', moved: false }] as const;
      const paymentId = await rig.authorise('yabandpay', { scenario });
      await rig.capture('yabandpay', paymentId);
      for (let times = 0; times < 3; times += 1) await rig.admin('yabandpay').entry(paymentId);
      assert.equal((await rig.capture('yabandpay', paymentId)).said, '200 paid');
    } finally {
      await rig.close();
    }
  });
});
