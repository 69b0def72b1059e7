import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FaultRuns } from '../../../prove/report.js';
import { faultReport, reportOf, rowOf, summaryText } from '../../../prove/report.js';
import type { RunResult } from '../../../prove/run.js';

const result: RunResult = {
  orders: 100,
  kills: 1,
  breaks: [],
  recoveryMs: 7_000,
  heldMs: [2_000, 9_000],
  ran: null,
  seconds: 20.4,
};
const fault = { name: 'some-fault', attacks: 'a promise', how: 'by a kill' };
const broken: RunResult = {
  ...result,
  recoveryMs: null,
  heldMs: [],
  ran: 'two builds',
  breaks: [{ invariant: 'lost', id: 'pay-1', says: 'the order has no capture' }],
};

const reported = (runs: Partial<FaultRuns>) => faultReport({ fault, results: [result], unrun: [], ...runs });

describe('a fault’s report', () => {
  it('sums up its runs', () => {
    const report = reported({ results: [result, broken, { ...result, recoveryMs: 9_000 }] });
    const { runs, failures, crashes, orders, recoveryMs, heldMs, ran, seconds } = report;
    assert.deepEqual(
      { runs, failures, crashes, orders, recoveryMs, heldMs, ran, seconds },
      {
        runs: 3,
        failures: 1,
        crashes: 3,
        orders: 300,
        recoveryMs: { p50: 7_000, max: 9_000 },
        heldMs: { captures: 4, p50: 2_000, max: 9_000 },
        ran: ['two builds'],
        seconds: 61,
      },
    );
    assert.equal(report.invariants.lost, 1);
    assert.equal(report.invariants.doubleCaptures, 0);
  });

  it('is a row that says whether all held, or names what broke', () => {
    assert.match(rowOf(reported({})), /^held +some-fault +1 run, 1 crash, recovery 7\.0 s/);
    const row = rowOf(reported({ results: [broken] }));
    assert.match(row, /^BROKEN/);
    assert.match(row, /broken: lost, 1 times\n +lost: pay-1: the order has no capture/);
    assert.match(row, /ran: two builds/);
  });

  it('says where nothing was shown', () => {
    assert.match(
      rowOf(reported({ results: [], unrun: ['the stack was away'] })),
      /^NOT SHOWN.*\n.*not run: the stack/s,
    );
  });
});

describe('a campaign’s report', () => {
  it('adds its faults up', () => {
    const report = reportOf('s', [reported({}), reported({ results: [broken], unrun: ['away'] })]);
    const { runs, failures, unrun, crashes, orders } = report;
    assert.deepEqual(
      { runs, failures, unrun, crashes, orders },
      { runs: 2, failures: 1, unrun: 1, crashes: 2, orders: 200 },
    );
    assert.match(summaryText(report), /1 broke an invariant; 1 could not be run/);
    assert.match(summaryText(reportOf('s', [reported({})])), /every invariant held in each of them\./);
  });
});
