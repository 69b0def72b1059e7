import pg from 'pg';

/** The settings without which PostgreSQL loses what it has acknowledged. The benchmark refuses to run without them. */
export const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;
export type Durability = Readonly<Record<(typeof DURABLE)[number], string>>;

/** Databases of the arena: one for each round, from a template that holds what all rounds begin with. */
export interface Databases {
  readonly durability: Durability;
  /**
   * Makes a database and returns its URL. With a template, of its contents: by way of the log, or, if it is large, by copying its files,
   * which writes them twice as seldom and a checkpoint before and after.
   */
  create(name: string, template?: string, size?: 'small' | 'large'): Promise<string>;
  drop(name: string): Promise<void>;
  sizeMiB(name: string): Promise<number>;
  /** Writes all that is dirty, so that no round pays for the one before it. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

/** Throws if the server isn't durable: figures without that are no figures. */
export async function openDatabases(adminUrl: string): Promise<Databases> {
  const pool = new pg.Pool({ connectionString: adminUrl, max: 1 });
  const durability = await readDurability(pool);
  return {
    durability,
    create: async (name, template, size = 'small') => {
      const from = template === undefined ? '' : `template ${template}`;
      await pool.query(`create database ${name} ${from} ${size === 'large' ? 'strategy file_copy' : ''}`);
      const url = new URL(adminUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    drop: async (name) => {
      await pool.query(`drop database if exists ${name} with (force)`);
    },
    sizeMiB: async (name) => {
      const { rows } = await pool.query<{ bytes: string }>('select pg_database_size($1) as bytes', [name]);
      return Number(rows[0]?.bytes) / 2 ** 20;
    },
    checkpoint: async () => {
      await pool.query('checkpoint');
    },
    close: () => pool.end(),
  };
}

async function readDurability(pool: pg.Pool): Promise<Durability> {
  const read = async (name: string): Promise<string> => {
    const { rows } = await pool.query<{ value: string }>('select current_setting($1) as value', [name]);
    return rows[0]?.value ?? 'unknown';
  };
  const durability = {
    fsync: await read('fsync'),
    full_page_writes: await read('full_page_writes'),
    synchronous_commit: await read('synchronous_commit'),
  };
  const off = DURABLE.filter((name) => durability[name] !== 'on');
  if (off.length > 0)
    throw new Error(
      `PostgreSQL has ${off.join(', ')} not on: what it acknowledges could be lost, and figures with it mean nothing`,
    );
  return durability;
}
