import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metricIn } from '../../../bench/metrics.js';

const PAGE = `# HELP orders_total Orders
# TYPE orders_total counter
orders_total{result="claimed",account="a"} 3
orders_total{result="duplicate",account="a"} 4
orders_total{result="duplicate",account="b"} 5
orders_total_more{result="duplicate"} 100
depth 7
`;

describe('a page of metrics', () => {
  it('gives the sum of the samples that have the labels', () => {
    assert.equal(metricIn(PAGE, 'orders_total', { result: 'duplicate' }), 9);
    assert.equal(metricIn(PAGE, 'orders_total', { account: 'a', result: 'duplicate' }), 4);
    assert.equal(metricIn(PAGE, 'orders_total'), 12);
  });

  it('gives a metric without labels, and nothing for one that is not there', () => {
    assert.equal(metricIn(PAGE, 'depth'), 7);
    assert.equal(metricIn(PAGE, 'depths'), 0);
  });
});
