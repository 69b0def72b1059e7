import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventEntry } from '../../../../dev/demo/compare.js';
import type { Applied } from '../../../../dev/demo/compare-applied.js';
import { compareApplied } from '../../../../dev/demo/compare-applied.js';

const event: EventEntry = {
  captureId: 'c1',
  type: 'capture.pending',
  sequence: 1,
  amount: 40n,
  currency: 'IQD',
};
const EVENTS: readonly EventEntry[] = [event, { ...event, type: 'capture.succeeded', sequence: 2 }];
const MESSAGE = { messageId: 'm1', captureId: 'c1', kind: 'succeeded' };
const ALL: Applied = {
  ledger: new Map([['c1', 2]]),
  messages: new Map([['c1', 2]]),
  sent: new Set(['m1']),
};

describe('holding the subscribers’ records against what was published and sent', () => {
  it('finds nothing where both have applied the last event, and each message is on record', () => {
    assert.deepEqual(compareApplied(ALL, EVENTS, [MESSAGE]), []);
  });

  const wrong: [name: string, applied: Applied, id: string][] = [
    ['a capture that the ledger forgot', { ...ALL, ledger: new Map() }, 'c1'],
    ['a capture that the ledger is behind on', { ...ALL, ledger: new Map([['c1', 1]]) }, 'c1'],
    ['a capture that the messenger forgot', { ...ALL, messages: new Map() }, 'c1'],
    ['a message that is on no record', { ...ALL, sent: new Set() }, 'm1'],
    ['a message that never went out', { ...ALL, sent: new Set(['m1', 'm2']) }, 'm2'],
  ];
  for (const [name, applied, id] of wrong) {
    it(`names ${name}`, () => {
      assert.deepEqual(
        compareApplied(applied, EVENTS, [MESSAGE]).map((found) => [found.kind, found.id]),
        [['lost', id]],
      );
    });
  }
});
