import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProviderName } from '../../../../src/capture/capture.js';
import { createDraws } from '../../../../simulation/draw.js';
import type { ProviderPlan, Step } from '../../../../simulation/plan.js';
import type { Book } from '../../../../simulation/providers/book.js';
import { createBook } from '../../../../simulation/providers/book.js';
import type { Provider, Request } from '../../../../simulation/providers/provider.js';
import { createProvider } from '../../../../simulation/providers/provider.js';
import type { Timeline } from '../../../../simulation/timeline.js';
import { createTimeline } from '../../../../simulation/timeline.js';

const MONEY = { amount: 1_000n, currency: 'IQD' };
const RULES: ProviderPlan = { remembers: true, staleMs: 0, inquiryTrouble: 0, repeats: 'result' };

interface Rig {
  readonly provider: Provider;
  readonly timeline: Timeline;
  readonly book: Book;
  readonly ended: string[];
  /** How often the money of the payment moved. */
  readonly moved: () => number;
  readonly send: (requestId?: string) => string;
  readonly run: () => Promise<void>;
}

function rig(steps: readonly Step[], rules: Partial<ProviderPlan> = {}, name: ProviderName = 'wallet'): Rig {
  const timeline = createTimeline();
  const book = createBook();
  book.open({ paymentId: 'pay', money: MONEY, capturedBefore: false });
  const ended: string[] = [];
  const provider = createProvider({
    name,
    rules: { ...RULES, ...rules },
    book,
    timeline,
    draws: createDraws(1),
    epochMs: 0,
    stepsOf: () => steps,
    answered: () => undefined,
    ended: (_, requestId, is) => ended.push(`${requestId} ${is}`),
  });
  const request = (requestId: string): Request => ({
    paymentId: 'pay',
    requestId,
    money: MONEY,
    untilMs: timeline.now + 10_000,
  });
  return {
    provider,
    timeline,
    book,
    ended,
    moved: () => book.payments.get('pay')?.movements.length ?? 0,
    send: (requestId = 'first') => provider.receive(request(requestId))?.is ?? 'nothing',
    run: () => timeline.run(() => false, timeline.now + 600_000),
  };
}

describe('a simulated provider', () => {
  for (const [step, answer, moved, shown] of [
    ['capture', 'captured', 1, 'captured'],
    ['decline', 'declined', 0, 'authorised'],
    ['vanish', 'nothing', 0, 'authorised'],
    ['mute', 'nothing', 1, 'captured'],
    ['garble', 'unknown', 1, 'captured'],
    ['late', 'unknown', 1, 'captured'],
    ['flicker', 'unknown', 1, 'captured'],
    ['accept', 'in_process', 1, 'captured'],
    ['accept_unseen', 'in_process', 1, 'captured'],
    ['accept_mute', 'nothing', 1, 'captured'],
    ['accept_fail', 'in_process', 0, 'declined'],
    ['mislead', 'declined', 1, 'captured'],
    ['burn', 'id_taken', 0, 'authorised'],
    ['busy', 'busy', 0, 'authorised'],
    ['turn_away', 'not_processed', 0, 'authorised'],
    ['refuse_account', 'account_fault', 0, 'authorised'],
  ] as const)
    it(`answers ${answer} to ${step}, and shows ${shown} in the end`, async () => {
      const { send, run, moved: movedNow, provider } = rig([step]);
      assert.equal(send(), answer);
      await run();
      assert.equal(movedNow(), moved);
      assert.equal(provider.show('pay').is, shown);
      assert.equal(provider.isOpen('pay'), false);
    });

  it('executes what comes late before it is too late', async () => {
    const { send, run, book } = rig(['late']);
    send();
    await run();
    const [movement] = book.payments.get('pay')?.movements ?? [];
    assert.ok(movement !== undefined && movement.atMs > 0 && movement.atMs <= 10_000);
  });

  it('moves money as often as it is asked, if it does not remember request ids', () => {
    const { send, moved } = rig([], { remembers: false });
    assert.deepEqual([send(), send(), moved()], ['captured', 'captured', 2]);
  });

  it('that remembers them answers a repeat as before, and another id anew', () => {
    const { send, moved } = rig([]);
    assert.deepEqual([send(), send(), moved()], ['captured', 'captured', 1]);
    assert.deepEqual([send('second'), moved()], ['captured', 2]);
  });

  it('at PayerMax always remembers, and tells a repeat what its rules say', () => {
    for (const [repeats, told] of [
      ['result', 'captured'],
      ['order_repeat', 'unknown'],
      ['failed', 'declined'],
    ] as const) {
      const { send, moved } = rig([], { remembers: false, repeats }, 'payermax');
      assert.deepEqual([send(), send(), moved()], ['captured', told, 1]);
    }
  });

  it('shows a payment as it was a while ago', async () => {
    const { send, timeline, provider } = rig([], { staleMs: 12_000 });
    timeline.after(20_000, () => send());
    timeline.after(26_000, () => undefined);
    await timeline.run(() => false, 60_000);
    const shown = Array.from({ length: 50 }, () => provider.show('pay').is);
    assert.deepEqual(new Set(shown), new Set(['authorised', 'captured']));
  });
});
