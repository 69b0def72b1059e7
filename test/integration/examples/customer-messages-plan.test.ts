import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DUE } from '../../../examples/customer-messages/captures.js';
import { createSchema } from '../../../examples/customer-messages/schema.js';
import { openPool } from '../../../examples/subscriber/database.js';
import { createTestDatabase } from '../../support/database.js';
import { SILENT } from '../../support/kafka.js';

describe('what is due, among 100,000 captures', () => {
  it('is found by its index', async () => {
    const database = await createTestDatabase({ migrated: false });
    const pool = openPool(database.url, { name: 'test', log: SILENT });
    try {
      await createSchema(pool);
      // One in a thousand is due, one in a hundred will be.
      await pool.query(`
        insert into customer_messages.captures
          (capture_id, sequence, event_id, outcome, order_id, amount, currency, due_at, told)
        select n::text, 1, 'e-' || n, 'succeeded', 'o-' || n, n, 'IQD',
          case when n % 1000 = 0 then now() - interval '1 minute' when n % 100 = 1 then now() + interval '1 minute' end,
          case when n % 1000 <> 0 then 'succeeded' end
        from generate_series(1, 100000) n`);
      await pool.query('vacuum analyze customer_messages.captures');
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${DUE}`, [10]);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      assert.match(plan, /Index Scan using captures_due/, plan);
      assert.match(plan, /Index Cond: \(due_at <= now\(\)\)/, plan);
      assert.doesNotMatch(plan, /Seq Scan|Sort/, plan);
    } finally {
      await pool.end();
      await database.drop();
    }
  });
});
