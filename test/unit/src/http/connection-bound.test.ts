import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionBound } from '../../../../src/http/connection-bound.js';
import { createConnectionBound } from '../../../../src/http/connection-bound.js';

/** Opens connections by name, and knows which of them were closed. */
class Connections {
  readonly destroyed: string[] = [];
  readonly #bound: ConnectionBound;
  readonly #open = new Map<string, { readonly destroy: () => void }>();

  constructor(limits: { readonly perSource: number; readonly inAll: number }) {
    this.#bound = createConnectionBound(limits);
  }

  open(name: string, source = 'one'): void {
    const connection = { destroy: () => void this.destroyed.push(name) };
    this.#open.set(name, connection);
    this.#bound.opened(connection, source);
  }

  on(name: string, ...events: readonly ('arrived' | 'trusted' | 'answered' | 'closed')[]): void {
    const connection = this.#open.get(name);
    assert.ok(connection !== undefined);
    for (const event of events) this.#bound[event](connection);
  }
}

describe('the bound of connections', () => {
  it('closes a source’s oldest for its newest, and no other source’s', () => {
    const connections = new Connections({ perSource: 2, inAll: 10 });
    connections.open('of another', 'two');
    for (const name of ['a', 'b', 'c', 'd']) connections.open(name);
    assert.deepEqual(connections.destroyed, ['a', 'b']);
  });

  it('closes the oldest of all where there are too many sources', () => {
    const connections = new Connections({ perSource: 2, inAll: 3 });
    for (const name of ['a', 'b', 'c', 'd']) connections.open(name, name);
    assert.deepEqual(connections.destroyed, ['a']);
  });

  it('counts none that was closed', () => {
    const connections = new Connections({ perSource: 2, inAll: 2 });
    for (const name of ['a', 'b', 'c', 'd']) {
      connections.open(name);
      connections.on(name, 'closed');
    }
    connections.open('e');
    connections.on('a', 'closed', 'answered');
    connections.open('f');
    assert.deepEqual(connections.destroyed, []);
  });

  it('leaves one alone whose request has arrived, until it is answered', () => {
    const connections = new Connections({ perSource: 2, inAll: 2 });
    connections.open('a');
    connections.on('a', 'arrived');
    for (const name of ['b', 'c', 'd']) connections.open(name);
    assert.deepEqual(connections.destroyed, ['b']);
    connections.on('a', 'answered');
    assert.deepEqual(connections.destroyed, ['b', 'c']);
    for (const name of ['e', 'f']) connections.open(name);
    assert.deepEqual(connections.destroyed, ['b', 'c', 'd', 'a']);
  });

  it('doesn’t count one that has brought a provider’s', () => {
    const connections = new Connections({ perSource: 1, inAll: 1 });
    for (const name of ['a', 'b']) {
      connections.open(name);
      connections.on(name, 'arrived', 'trusted', 'answered');
    }
    connections.open('c');
    assert.deepEqual(connections.destroyed, []);
  });
});
