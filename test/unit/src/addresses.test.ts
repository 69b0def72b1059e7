import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAddressRange, plainAddress, sourceFilter } from '../../../src/addresses.js';

describe('addresses', () => {
  it('are single ones, or ranges by their leading bits', () => {
    for (const text of ['192.0.2.1', '192.0.2.0/24', '0.0.0.0/0', '::1', '2001:db8::/32', '::/128'])
      assert.ok(isAddressRange(text), text);
    for (const text of [
      '',
      '192.0.2',
      '192.0.2.1/33',
      '192.0.2.1/-1',
      '192.0.2.1/',
      '192.0.2.1/8/8',
      '::/129',
      'a',
      '[::1]',
    ])
      assert.ok(!isAddressRange(text), text);
  });

  it('are themselves, also where IPv4 comes as IPv6', () => {
    assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(plainAddress('192.0.2.1'), '192.0.2.1');
    assert.equal(plainAddress('2001:db8::1'), '2001:db8::1');
  });
});

describe('a filter of sources', () => {
  it('lets all through if it names none', () => {
    assert.ok(sourceFilter([])('203.0.113.9'));
  });

  it('lets those through that it names, and no other', () => {
    const filter = sourceFilter(['192.0.2.1', '198.51.100.0/24', '2001:db8::/32']);
    for (const address of ['192.0.2.1', '198.51.100.0', '198.51.100.255', '2001:db8:1::1'])
      assert.ok(filter(address), address);
    for (const address of ['192.0.2.2', '198.51.101.0', '2001:db9::1', '', 'unix'])
      assert.ok(!filter(address), address);
  });
});
