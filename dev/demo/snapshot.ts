import pg from 'pg';

/** A database as it was at a moment. */
export interface Snapshot {
  /** Puts the database back to that moment, whoever is connected, and gives when it came back, by its own clock. */
  restore(): Promise<Date>;
  drop(): Promise<void>;
}

/** Keeps a copy of the database that the URL names, beside it. Nobody may be connected to it meanwhile. */
export async function takeSnapshot(url: string): Promise<Snapshot> {
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_before`;
  await ask(url, `create database ${copy} template ${name}`);
  return {
    restore: async () => {
      await ask(url, `drop database ${name} with (force)`);
      await ask(url, `create database ${name} template ${copy}`);
      const [row] = await ask<{ now: Date }>(url, 'select clock_timestamp() as now');
      if (row === undefined) throw new Error('the clock said nothing');
      return row.now;
    },
    drop: async () => {
      await ask(url, `drop database if exists ${copy} with (force)`);
    },
  };
}

/** Asks the server by its own database: what is copied or dropped must have no connection. */
async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<readonly Row[]> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
