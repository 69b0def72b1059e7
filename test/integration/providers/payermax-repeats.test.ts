import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RepeatMode } from '../../../sandbox/payermax/captures.js';
import { REPEAT_MODES } from '../../../sandbox/payermax/captures.js';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Capture } from '../../../src/capture/capture.js';
import type { Answer } from '../../../src/ports/provider.js';
import type { Expected } from '../../support/page-codes.js';
import { PAYERMAX_PAGE_CODES, PAYERMAX_PAGE_STATUSES } from '../../support/page-codes.js';
import { PayermaxRig, SAR_100 } from '../../support/payermax-rig.js';
import { assertRead, hasNoDoubleCapture } from '../../support/provider-expectations.js';
import type { Outcome } from '../../support/provider-rig.js';
import { MINUTE, outcomeOf } from '../../support/provider-rig.js';

/** What a repeat gets of a capture that has come to `natural`, if it is read for itself alone. */
function repeatOf(mode: RepeatMode, natural: Expected): Expected {
  switch (mode) {
    case 'repeats':
      return natural;
    case 'order_repeat':
      return PAYERMAX_PAGE_CODES.ORDER_REPEAT;
    case 'rejects':
      return PAYERMAX_PAGE_CODES.PAYMENT_FAILED;
  }
}

const { SUCCESS, PENDING, FAILED } = PAYERMAX_PAGE_STATUSES;

/** Ways in which the answer is lost of a capture that moved the money. */
const LOST: readonly Scenario[] = [
  { kind: 'unknown', moved: true },
  { kind: 'http', status: 500, moved: true },
  { kind: 'reset', when: 'before_answer', moved: true },
  { kind: 'unsigned' },
  { kind: 'wrong_signature' },
  { kind: 'garbage' },
  { kind: 'truncated' },
];

for (const mode of REPEAT_MODES) {
  describe(`the same capture sent again to a PayerMax that ${mode}`, () => {
    let rig: PayermaxRig;
    before(async () => {
      rig = await PayermaxRig.start({ payermax: { repeatMode: mode } });
    });
    after(() => rig.close());

    /** Sends a capture again, as it was. */
    async function again(
      capture: Capture,
      earlier: readonly Answer[],
    ): Promise<{ readonly answer: Answer; readonly alone: Outcome; readonly together: Outcome }> {
      const { answer, outcome: alone } = await rig.send(capture);
      return { answer, alone, together: outcomeOf(capture, ...earlier, answer) };
    }

    it('takes nothing back of a success that was told', async () => {
      const first = await rig.send(await rig.planned());
      const { capture } = first;
      const second = await again(capture, [first.answer]);
      assertRead({ capture, answer: second.answer, outcome: second.alone }, repeatOf(mode, SUCCESS));
      assert.equal(second.together, 'succeeded');
      if (mode === 'repeats') assert.deepEqual(second.answer.finding, first.answer.finding);
      assert.equal(await rig.moved(capture), SAR_100.amount);
    });

    for (const lost of LOST) {
      it(`after a success that got lost (${lost.kind}) proves it, or leaves it in doubt`, async () => {
        const first = await rig.send(await rig.planned({ scenario: [lost] }));
        const { capture } = first;
        assert.equal(first.outcome, 'pending/unknown');
        const second = await again(capture, [first.answer]);
        assertRead({ capture, answer: second.answer, outcome: second.alone }, repeatOf(mode, SUCCESS));
        // A refusal of the second send is no word on the first.
        assert.equal(second.together, mode === 'repeats' ? 'succeeded' : 'pending/unknown');
        assert.equal((await again(capture, [first.answer, second.answer])).together, second.together);
        assert.equal(await rig.moved(capture), SAR_100.amount);
      });
    }

    for (const moved of [true, false]) {
      it(`follows a capture in process that ${moved ? 'succeeds' : 'fails'} as far as the mode tells`, async () => {
        const scenario = [{ kind: 'in_process', moved, endsAfterMs: 60 * MINUTE }] as const;
        const first = await rig.send(await rig.planned({ scenario }));
        const { capture } = first;
        assertRead(first, PENDING);
        const open = await again(capture, [first.answer]);
        assertRead({ capture, answer: open.answer, outcome: open.alone }, repeatOf(mode, PENDING));
        assert.equal(open.together, mode === 'repeats' ? 'pending/in_process' : 'pending/unknown');
        await rig.admin.hurry();

        const ended = await again(capture, [first.answer, open.answer]);
        const natural = moved ? SUCCESS : FAILED;
        assertRead({ capture, answer: ended.answer, outcome: ended.alone }, repeatOf(mode, natural));
        assert.equal(ended.together, mode === 'repeats' && moved ? 'succeeded' : 'pending/unknown');
        assert.equal(await rig.moved(capture), moved ? SAR_100.amount : 0n);
      });
    }

    it('is the first one to arrive if the other never did', async () => {
      for (const scenario of [
        { kind: 'unknown', moved: false },
        { kind: 'reset', when: 'before_read', moved: false },
        { kind: 'answer', resultCode: 'TOO_MANY_REQUEST' },
      ] as const) {
        const first = await rig.send(await rig.planned({ scenario: [scenario] }));
        const second = await again(first.capture, [first.answer]);
        assert.deepEqual([second.alone, second.together], ['succeeded', 'succeeded']);
        assert.equal(await rig.moved(first.capture), SAR_100.amount);
      }
    });

    it('of what was refused for its own fault is refused again, and failed', async () => {
      const first = await rig.send(await rig.planned({}, { authorisedAmount: 10_001n }));
      const second = await again(first.capture, []);
      assert.deepEqual([first.outcome, second.alone], ['failed/limit', 'failed/limit']);
    });

    it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
  });
}
