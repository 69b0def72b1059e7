import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runDemo } from '../../support/demo-run.js';

// The short form of `npm run demo -- --chaos --orders 2000`.
describe('the demo with chaos', () => {
  it('finds nothing twice, lost, mismatched, guessed or left unresolved, though three in ten calls were troubled', async () => {
    const { result, said } = await runDemo(['--chaos', '--orders', '120', '--random-seed', '139', '--json']);
    const { orders, doubleCaptures, lost, mismatches, ledgerBalanced, guessed, unresolved, breaks } = result;
    assert.deepEqual(
      { orders, doubleCaptures, lost, mismatches, ledgerBalanced, guessed, unresolved, breaks },
      {
        ...{ orders: 120, doubleCaptures: 0, lost: 0, mismatches: 0, ledgerBalanced: true },
        ...{ guessed: 0, unresolved: 0, breaks: [] },
      },
      said,
    );
    const { captures, inReview, troubledCalls, unknownToResolved } = result as {
      readonly captures: Readonly<Record<'succeeded' | 'failed' | 'pending', number>>;
      readonly inReview: number;
      readonly troubledCalls: number;
      readonly unknownToResolved: { readonly p50: number; readonly p99: number };
    };
    assert.ok(troubledCalls >= 0.3, String(troubledCalls));
    assert.ok(captures.pending <= inReview, 'only what waits for a person is open');
    assert.ok(0 < unknownToResolved.p50 && unknownToResolved.p50 <= unknownToResolved.p99);
    assert.match(said, /\d+ unsettled \(the oldest for \d+ s\), \d+ in review/);
  });
});
