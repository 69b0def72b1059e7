import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StateMeaning } from '../../../../../src/providers/yabandpay/states.js';
import { meaningOfState, YABANDPAY_STATES } from '../../../../../src/providers/yabandpay/states.js';

const CAPTURED: StateMeaning = { is: 'captured' };

/** Every word for a state, typed from the provider's pages, with what it must mean. */
const WORDS: Record<string, StateMeaning> = {
  '00': CAPTURED,
  paid: CAPTURED,
  '01': { is: 'authorised' },
  authorized: { is: 'authorised' },
  '02': { is: 'in_process' },
  pending: { is: 'in_process' },
  '03': { is: 'in_process' },
  processing: { is: 'in_process' },
  '04': { is: 'in_process' },
  verify: { is: 'in_process' },
  new: { is: 'in_process' },
  '05': { is: 'declined', category: 'other' },
  declined: { is: 'declined', category: 'other' },
  '06': { is: 'declined', category: 'other' },
  failed: { is: 'declined', category: 'other' },
  '07': { is: 'declined', category: 'expired' },
  expired: { is: 'declined', category: 'expired' },
  '08': { is: 'cancelled' },
  cancelled: { is: 'cancelled' },
  canceled: { is: 'cancelled' },
  '20': CAPTURED,
  'to-be-approval': CAPTURED,
  '21': CAPTURED,
  'refund pending': CAPTURED,
  '22': CAPTURED,
  'refund processing': CAPTURED,
  '23': CAPTURED,
  refunded: CAPTURED,
  '24': CAPTURED,
  'refund failed': CAPTURED,
};

describe('the state table', () => {
  it('holds these words and no other, each once', () => {
    const words = YABANDPAY_STATES.flatMap(({ name, code }) => (code === null ? [name] : [name, code]));
    assert.deepEqual(words.toSorted(), Object.keys(WORDS).toSorted());
  });

  for (const [word, meaning] of Object.entries(WORDS)) {
    it(`reads ${word} as ${meaning.is}, in capitals too`, () => {
      const capitalised = word.slice(0, 1).toUpperCase() + word.slice(1);
      for (const written of [word, capitalised, word.toUpperCase()]) {
        assert.deepEqual(meaningOfState(written), meaning, written);
      }
    });
  }

  it('reads everything else as unknown', () => {
    for (const word of ['', '0', '1', '000', '09', '25', ' paid', 'paid ', 'unpaid', 'partially paid']) {
      assert.deepEqual(meaningOfState(word), { is: 'unknown' }, word);
    }
    for (const word of ['completed', 'success', 'captured', 'authorised', 'void', 'toString', '__proto__']) {
      assert.deepEqual(meaningOfState(word), { is: 'unknown' }, word);
    }
  });
});
