import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runDemo } from '../../support/demo-run.js';

// The short form of `npm run demo -- --kill --orders 1000`.
describe('the demo with kills', () => {
  it('kills each of the four as they work, starts them again, and finds nothing twice, lost or mismatched', async () => {
    const { result, said } = await runDemo(['--kill', '--orders', '150', '--random-seed', 'k', '--json']);
    for (const victim of ['a worker', 'the worker that publishes', 'the ledger', 'the messenger'])
      assert.match(said, new RegExp(`^kill -9 ${victim}, \\d+ % settled$`, 'm'));
    assert.equal(said.match(/was killed \(SIGKILL\); starting it again/g)?.length, 4, said);
    const { orders, doubleCaptures, lost, mismatches, ledgerBalanced, breaks } = result;
    assert.deepEqual(
      { orders, doubleCaptures, lost, mismatches, ledgerBalanced, breaks },
      { orders: 150, doubleCaptures: 0, lost: 0, mismatches: 0, ledgerBalanced: true, breaks: [] },
    );
  });
});
