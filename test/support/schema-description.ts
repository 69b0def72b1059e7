import type pg from 'pg';
import { rowsOf } from './store.js';

/**
 * What a migrated database holds, one line a thing, in a form that is the same on every supported version of PostgreSQL: so that a
 * change of the schema shows up as a difference to the description that is kept beside the tests.
 */
export async function describeSchema(pool: pg.Pool): Promise<string> {
  const sections = [TABLES, COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS, FUNCTIONS];
  const lines: string[] = [];
  for (const section of sections) {
    const rows = await rowsOf(pool, section);
    lines.push(...rows.map(({ line }) => String(line).replaceAll(/\s+/g, ' ').trim()), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

const TABLES = `
  select 'table ' || relname || coalesce(' with (' || array_to_string(reloptions, ', ') || ')', '') as line
  from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
  order by relname`;

const COLUMNS = `
  select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else '' end
    || case when a.attidentity <> '' then ' identity' else '' end
    || case when a.attgenerated <> '' then ' generated' else '' end
    || coalesce(' = ' || pg_get_expr(d.adbin, d.adrelid), '') as line
  from pg_attribute a join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attnum`;

/** Without "not null", which later versions list here too and the columns show already. */
const CONSTRAINTS = `
  select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) as line
  from pg_constraint
  where connamespace = 'public'::regnamespace and contype <> 'n' and conrelid <> 0
  order by conrelid::regclass::text, conname`;

const INDEXES = `
  select 'index ' || indexdef as line from pg_indexes where schemaname = 'public' order by indexname`;

const TRIGGERS = `
  select 'trigger ' || pg_get_triggerdef(oid) as line
  from pg_trigger where not tgisinternal
  order by tgrelid::regclass::text, tgname`;

const FUNCTIONS = `
  select 'function ' || proname || ' ' || coalesce(array_to_string(proconfig, ', '), '') || ' ' || prosrc as line
  from pg_proc where pronamespace = 'public'::regnamespace
  order by proname`;
