import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RowEntry } from '../../../../dev/demo/compare.js';
import { compareMessages } from '../../../../dev/demo/compare-messages.js';
import type { CustomerMessage } from '../../../../dev/demo/message-gateway.js';

function row(state: string): RowEntry {
  const ids = { captureId: 'c1', orderId: 'o1', paymentId: 'p1' };
  return { provider: 'wallet', ...ids, amount: 40n, currency: 'IQD', state, sequence: 1 };
}

function messages(...kinds: string[]): CustomerMessage[] {
  return kinds.map((kind, index) => ({ messageId: `m${String(index)}`, captureId: 'c1', kind }));
}

describe('holding the customers’ messages against the rows', () => {
  const right: [state: string, kinds: string[]][] = [
    ['succeeded', ['succeeded']],
    ['succeeded', ['pending', 'succeeded']],
    ['succeeded', ['failed', 'correction_succeeded']],
    ['failed', ['succeeded', 'correction_failed']],
    ['pending', ['pending']],
    ['pending', []],
  ];
  for (const [state, kinds] of right) {
    it(`finds nothing when ${state} was told as ${kinds.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(compareMessages([row(state)], messages(...kinds)), []);
    });
  }

  const wrong: [state: string, kinds: string[], kind: string][] = [
    ['succeeded', [], 'lost'],
    ['failed', [], 'lost'],
    ['succeeded', ['failed'], 'mismatch'],
    ['succeeded', ['pending'], 'mismatch'],
    ['pending', ['succeeded'], 'mismatch'],
    ['succeeded', ['succeeded', 'succeeded'], 'mismatch'],
  ];
  for (const [state, kinds, kind] of wrong) {
    it(`names a ${kind} when ${state} was told as ${kinds.join(', ') || 'nothing'}`, () => {
      const breaks = compareMessages([row(state)], messages(...kinds));
      assert.deepEqual(
        breaks.map((found) => [found.kind, found.id]),
        [[kind, 'c1']],
      );
    });
  }

  it('names a message about a capture that is on no record', () => {
    assert.deepEqual(
      compareMessages([], messages('succeeded')).map(({ kind, id }) => [kind, id]),
      [['mismatch', 'c1']],
    );
  });
});
