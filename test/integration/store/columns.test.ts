import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { isStorable } from '../../../src/capture/order.js';
import type { Column } from '../../../src/store/columns.js';
import { byteStrings, integers, texts, times } from '../../../src/store/columns.js';
import type { Row } from '../../../src/store/row.js';
import { withSession } from '../../../src/store/session.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';

/** What PostgreSQL's notation of arrays gives a meaning to, or has ever given trouble. */
const NASTY = [
  '"',
  '\\',
  '{',
  '}',
  ',',
  ' ',
  '\n',
  '\r',
  '\t',
  "'",
  '(',
  ')',
  'NULL',
  'null',
  '\\x',
  '\\"',
  '$1',
  '{}',
  '{"a"}',
  'ä',
  '𝄞',
  '\u0001',
  '\u007f',
  '\u2028',
  '\ufeff',
  '\uffff',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...NASTY)).map((pieces) => pieces.join('')),
);
const anyStorable = fc.option(anyText.filter(isStorable));
const anyBytes = fc.option(fc.uint8Array({ maxLength: 40 }));
const anyInteger = fc.option(
  fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(0n, -1n)),
);
const anyTime = fc.option(
  fc.date({
    min: new Date('0001-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  }),
);

describe('columns, through PostgreSQL', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
  });
  after(() => database.drop());

  /** As the store sends them, and as PostgreSQL reads them, in order. */
  async function unnested(types: readonly string[], ...columns: readonly Column[]): Promise<readonly Row[]> {
    const given = types.map((type, index) => `$${String(index + 1)}::${type}[]`).join(', ');
    const names = types.map((_, index) => `c${String(index)}`).join(', ');
    const text = `select ${names} from unnest(${given}) with ordinality as t (${names}, place) order by place`;
    return withSession(database.pool, 'unnesting', (session) =>
      session.query({ name: `unnest ${types.join(' ')}`, text }, columns),
    );
  }

  it('give back every text, whatever is in it', async () => {
    const values = [...NASTY, ...NASTY.map((text) => `${text}${text}`), '', null];
    assert.deepEqual(
      await unnested(['text'], texts(values)),
      values.map((c0) => ({ c0 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyStorable), async (some) => {
        assert.deepEqual(
          await unnested(['text'], texts(some)),
          some.map((c0) => ({ c0 })),
        );
      }),
    );
  });

  it('give back texts, JSON, bytes, integers, numerics and times side by side, and what is null', async () => {
    const anyRow = fc.tuple(
      anyStorable,
      fc.option(fc.jsonValue()),
      anyBytes,
      anyInteger,
      anyInteger,
      anyTime,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 8 }), async (rows) => {
        const read = await unnested(
          ['text', 'json', 'bytea', 'bigint', 'numeric', 'timestamptz'],
          texts(rows.map(([text]) => text)),
          texts(rows.map(([, json]) => (json === null ? null : storableJson(json)))),
          byteStrings(rows.map(([, , bytes]) => bytes)),
          integers(rows.map(([, , , integer]) => integer)),
          integers(rows.map(([, , , , numeric]) => numeric)),
          times(rows.map(([, , , , , time]) => time)),
        );
        assert.deepEqual(
          read,
          rows.map(([c0, json, bytes, c3, numeric, c5]) => ({
            c0,
            c1: json === null ? null : (JSON.parse(storableJson(json)) as unknown),
            c2: bytes === null ? null : Buffer.from(bytes),
            c3,
            c4: numeric === null ? null : numeric.toString(),
            c5,
          })),
        );
      }),
    );
  });

  it('give back the end of time, and a view of bytes without what is around it', async () => {
    const around = Buffer.from('--bytes--');
    const view = new Uint8Array(around.buffer, around.byteOffset + 2, 5);
    const [row] = await unnested(['timestamptz', 'bytea'], times(['infinity']), byteStrings([view]));
    assert.deepEqual(row, { c0: Infinity, c1: Buffer.from('bytes') });
  });

  it('may be empty', async () => {
    assert.deepEqual(
      await unnested(
        ['text', 'bytea', 'bigint', 'timestamptz'],
        texts([]),
        byteStrings([]),
        integers([]),
        times([]),
      ),
      [],
    );
  });
});

/** JSON escapes what PostgreSQL can't hold, as our own does. */
function storableJson(value: unknown): string {
  return JSON.stringify(value);
}
