import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureInstruction, ProviderRules } from '../../../../src/capture/order.js';
import { isRejection } from '../../../../src/capture/rejection.js';
import { payermaxRules } from '../../../../src/providers/payermax/rules.js';
import { bodyForAmount } from '../../../../src/providers/rebuild.js';
import { walletRules } from '../../../../src/providers/wallet/rules.js';
import { yabandpayRules } from '../../../../src/providers/yabandpay/rules.js';

const INSTRUCTION: CaptureInstruction = {
  requestId: '0123456789abcdef0123456789abcdef',
  orderId: 'order-1',
  paymentId: 'pay-1',
  captureReference: 'ord_1',
  money: { amount: 2_499n, currency: 'EUR' },
  references: new Map([['outTradeNo', 'Ord_1']]),
  description: 'Two lamps "for you"',
};
const notifyUrl = 'https://shop.example/notify';

function bodyOf(rules: ProviderRules, change: Partial<CaptureInstruction> = {}): Uint8Array {
  const body = rules.businessBody({ ...INSTRUCTION, ...change });
  assert.ok(!isRejection(body));
  return body;
}

describe('the body for another amount', () => {
  for (const [name, rules] of [
    ['wallet', walletRules],
    ['yabandpay', yabandpayRules({ notifyUrl })],
    ['payermax', payermaxRules],
  ] as const)
    it(`is what ${name}'s rules would have written for the order with that amount`, () => {
      for (const description of [INSTRUCTION.description, null]) {
        const money = { amount: 1_000n, currency: 'EUR' };
        const capture = { ...INSTRUCTION, body: bodyOf(rules, { description }) };
        assert.deepEqual(bodyForAmount(capture, money, rules), bodyOf(rules, { description, money }));
        assert.deepEqual(bodyForAmount(capture, INSTRUCTION.money, rules), capture.body, 'or with the same');
      }
    });

  it('is refused if the provider can’t be asked for it', () => {
    const money = { amount: 1_234n, currency: 'KWD' };
    const capture = { ...INSTRUCTION, body: bodyOf(payermaxRules) };
    const refused = bodyForAmount(capture, money, payermaxRules);
    assert.ok(isRejection(refused));
    assert.equal(refused.rejected, 'amount_not_representable');
  });

  it('is not guessed from a body that can’t be read', () => {
    const capture = { ...INSTRUCTION, body: Buffer.from('not json') };
    assert.throws(() => bodyForAmount(capture, INSTRUCTION.money, walletRules), /can't be read/);
  });
});
