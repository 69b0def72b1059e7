import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { avroType } from '../../../../../src/kafka/avro/type.js';
import { writerForm } from '../../../../../src/kafka/avro/writer-form.js';

const MESSAGE_BYTES = 1_000_000;
/** How much longer than a plain message of the same size any other may take. What isn't in proportion takes some thousands of times. */
const MAX_RATIO = 40;

const LONG = avroType('long');
const long = (value: number): Buffer => LONG.toBuffer(BigInt(value));

const field = (name: string, type: unknown): object => ({ name, type });
const array = (items: unknown): object => ({ type: 'array', items });
const record = (name: string, fields: readonly object[]): object => ({ type: 'record', name, fields });

const READER = avroType(record('Order', [field('last', 'string')]));
const LAST = Buffer.from('\x08kept');

/** Reads a message whose writer had one more field, which we skip. `outcome` is why it can't be read, or what was read. */
function read(skipped: unknown, bytes: Buffer): { readonly outcome: string; readonly ms: number } {
  const writer = avroType(writerForm(record('Order', [field('skipped', skipped), field('last', 'string')])));
  const resolver = READER.createResolver(writer);
  let least = Infinity;
  let outcome = '';
  // The best of three, since others use the machine too.
  for (let times = 0; times < 3; times++) {
    const begun = process.cpuUsage();
    try {
      const value: unknown = READER.fromBuffer(bytes, resolver);
      outcome = JSON.stringify(value);
    } catch (error) {
      assert.ok(error instanceof Error);
      outcome = error.message;
    }
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1_000);
  }
  return { outcome, ms: least };
}

/** Blocks of a collection, each of as many entries as `entries` says for the bytes that come after it. */
function blocks(entries: (left: number) => number, size = MESSAGE_BYTES, withSize = false): Buffer {
  const parts: Buffer[] = [];
  for (let left = size - LAST.length - 1; left > 0;) {
    const count = entries(left);
    const block = withSize ? Buffer.concat([long(-count), long(0)]) : long(count);
    if (block.length > left) break;
    parts.push(block);
    left -= block.length;
  }
  return Buffer.concat([...parts, long(0), LAST]);
}

/** As many bytes as a message may have, all the same. */
const filled = (byte: number): Buffer => Buffer.alloc(MESSAGE_BYTES, byte);

/** Each of two fields of the one before, so that the last is of 2^`levels` of the first. */
function doubling(levels: number, first: object, refer: (name: string) => unknown = (name) => name): object {
  const types = Array.from({ length: levels }, (_, index) => {
    const name = `R${String(index + 1)}`;
    const before = refer(`R${String(index)}`);
    return field(`as${name}`, array(record(name, [field('a', before), field('b', before)])));
  });
  return record('All', [field('asFirst', array(first)), ...types, field('value', `R${String(levels)}`)]);
}

const NULLS = record(
  'Nulls',
  Array.from({ length: 1_000 }, (_, index) => field(`f${String(index)}`, 'null')),
);
const EMPTY = record('R0', []);
const CHAIN = record('Chain', [field('next', ['null', 'Chain'])]);
const TREE = record('Tree', [field('left', ['Tree', 'null']), field('right', ['Tree', 'null'])]);

interface Hostile {
  readonly skipped: unknown;
  readonly bytes: Buffer;
  readonly says: RegExp;
}

/** Declares as much in each block as a bound by the bytes behind it lets pass. */
const greedy = (left: number): number => Math.max(1, left - 10);

const HOSTILE: Readonly<Record<string, Hostile>> = {
  'blocks of many nulls': { skipped: array('null'), bytes: blocks(greedy), says: /without a byte/ },
  'blocks of one null each': { skipped: array('null'), bytes: blocks(() => 1), says: /without a byte/ },
  'blocks of nulls with a size in bytes': {
    skipped: array('null'),
    bytes: blocks(greedy, MESSAGE_BYTES, true),
    says: /without a byte/,
  },
  'blocks of empty records': { skipped: array(EMPTY), bytes: blocks(greedy), says: /without a byte/ },
  'blocks of records of nulls': { skipped: array(NULLS), bytes: blocks(greedy), says: /without a byte/ },
  'blocks of bytes of no length': {
    skipped: array({ type: 'fixed', name: 'F', size: 0 }),
    bytes: blocks(greedy),
    says: /without a byte/,
  },
  'blocks in a union': { skipped: ['null', array('null')], bytes: prefixed(long(1)), says: /without a byte/ },
  'blocks in a map': {
    skipped: { type: 'map', values: array('null') },
    bytes: prefixed(Buffer.concat([long(1), long(0)])),
    says: /without a byte/,
  },
  'arrays in arrays, all in blocks of nulls': {
    skipped: array(array('null')),
    bytes: prefixed(long(500_000)),
    says: /without a byte/,
  },
  'arrays in arrays in arrays, empty': {
    skipped: array(array(array('null'))),
    bytes: Buffer.concat([long(499_990), Buffer.alloc(499_990), long(0), LAST]),
    says: /kept/,
  },
  'records of many fields for a byte each': {
    skipped: array(record('R', [field('a', 'boolean'), field('nulls', NULLS)])),
    bytes: Buffer.concat([long(999_900), Buffer.alloc(999_900), long(0), LAST]),
    says: /far more steps/,
  },
  'entries beyond the end': {
    skipped: array({ type: 'fixed', name: 'F', size: 2 ** 31 - 1 }),
    bytes: blocks(greedy),
    says: /longer than its message/,
  },
  'a map with keys beyond the end': {
    skipped: { type: 'map', values: 'null' },
    bytes: Buffer.concat([long(900_000), long(2 ** 40), filled(0)]),
    says: /longer than its message/,
  },
  'a number of a million bytes': {
    skipped: 'long',
    bytes: filled(0xff),
    says: /truncated|longer than its message/,
  },
  'records without bytes, doubled sixty times': {
    skipped: doubling(60, EMPTY),
    bytes: Buffer.alloc(200),
    says: /far more steps/,
  },
  'records beyond the end, doubled sixty times': {
    skipped: doubling(60, record('R0', [field('a', 'int')])),
    bytes: Buffer.alloc(100),
    says: /longer than its message/,
  },
  'records in unions, doubled sixty times': {
    skipped: doubling(60, EMPTY, (name) => [name, 'null']),
    bytes: Buffer.alloc(100),
    says: /longer than its message/,
  },
  'records that lie in themselves for ever': {
    skipped: record('Self', [field('again', 'Self')]),
    bytes: Buffer.alloc(100),
    says: /too deep/,
  },
  'a chain of half a million records': { skipped: CHAIN, bytes: filled(2), says: /too deep/ },
  'a tree that only grows': { skipped: TREE, bytes: filled(0), says: /too deep/ },
  'a branch that its union does not have': {
    skipped: ['null', 'int'],
    bytes: Buffer.concat([long(7), LAST]),
    says: /undefined/,
  },
  'a branch before the first': {
    skipped: ['null', 'int'],
    bytes: Buffer.concat([long(-1), LAST]),
    says: /undefined/,
  },
  'blocks whose size in bytes is a lie': {
    skipped: array('int'),
    bytes: Buffer.concat([long(-2), long(-(2 ** 40)), long(1), long(2), long(0), LAST]),
    says: /kept/,
  },
};

/** Something before blocks of nulls. */
function prefixed(before: Buffer): Buffer {
  return Buffer.concat([before, blocks(greedy, MESSAGE_BYTES - before.length)]);
}

describe('a message is read or refused in a time in proportion to its bytes', { timeout: 300_000 }, () => {
  const plain = read(array('int'), blocksOfInts());
  it('if it is an honest one', () => {
    assert.match(plain.outcome, /kept/);
  });

  for (const [what, { skipped, bytes, says }] of Object.entries(HOSTILE)) {
    it(`if it has ${what}`, () => {
      assert.ok(bytes.length <= MESSAGE_BYTES + 20);
      const { outcome, ms } = read(skipped, bytes);
      assert.match(outcome, says);
      assert.ok(
        ms < MAX_RATIO * plain.ms,
        `${ms.toFixed(1)} ms, and ${plain.ms.toFixed(1)} ms for a plain one`,
      );
    });
  }
});

/** A message of one million bytes that has nothing odd. */
function blocksOfInts(): Buffer {
  const items = Buffer.alloc(MESSAGE_BYTES - 20, 2);
  return Buffer.concat([long(items.length), items, long(0), LAST]);
}

describe('an honest value', () => {
  const reads = (skipped: unknown, value: unknown): void => {
    const writer = avroType(record('Order', [field('skipped', skipped), field('last', 'string')]));
    const { outcome } = read(skipped, writer.toBuffer({ skipped: value, last: 'kept' }));
    assert.equal(outcome, '{"last":"kept"}');
  };

  it('may have a few entries without bytes', () => {
    reads(array('null'), Array<null>(256).fill(null));
    reads(array(EMPTY), [{}, {}, {}]);
  });

  it('may have records deep in each other, and many fields for few bytes', () => {
    let chain: object = { next: null };
    for (let depth = 1; depth < 200; depth++) chain = { next: chain };
    reads(CHAIN, chain);
    reads(
      NULLS,
      Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${String(index)}`, null])),
    );
  });

  it('may be any mixture of collections', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ a: index, b: [null, 'x'], c: { k: true } }));
    const item = record('Item', [
      field('a', 'int'),
      field('b', array(['null', 'string'])),
      field('c', { type: 'map', values: 'boolean' }),
    ]);
    reads(array(item), many);
  });
});
