import pg from 'pg';
import type { Column } from './columns.js';
import { storeError } from './errors.js';
import type { Row } from './row.js';

/** A statement that each connection prepares once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What a parameter can be: text in PostgreSQL's own form, bytes, or a column of a batch. */
export type Value = string | number | Uint8Array | Column | null;

export interface Session {
  query(statement: Statement, values: readonly Value[]): Promise<readonly Row[]>;
}

/**
 * Lends one connection to `work`; each statement is a transaction of its own. `doing` completes "while …" in errors. Rejects as
 * `storeError` says.
 */
export async function withSession<Result>(
  pool: pg.Pool,
  doing: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const client = await connect(pool, doing);
  const lent = lend(client, doing);
  try {
    return await work(lent.session);
  } finally {
    lent.giveBack();
  }
}

/** Lends one connection to `work` inside a transaction, which is committed if `work` resolves and rolled back if it rejects. */
export async function withTransaction<Result>(
  pool: pg.Pool,
  doing: string,
  work: (session: Session) => Promise<Result>,
  begin: Statement = BEGIN,
): Promise<Result> {
  return withSession(pool, doing, async (session) => {
    await session.query(begin, []);
    let result: Result;
    try {
      result = await work(session);
    } catch (error) {
      // The first error is the one to tell; if even this fails, the connection is given up and the transaction with it.
      await session.query(ROLLBACK, []).catch(() => undefined);
      throw error;
    }
    await session.query(COMMIT, []);
    return result;
  });
}

/** Read committed, whatever the server's default: what is read after a lock must be newer than the lock. */
const BEGIN: Statement = { name: 'begin', text: 'begin isolation level read committed read write' };
const COMMIT: Statement = { name: 'commit', text: 'commit' };
const ROLLBACK: Statement = { name: 'rollback', text: 'rollback' };

/** For stories: all statements see the same moment. */
export const BEGIN_SNAPSHOT: Statement = {
  name: 'begin_snapshot',
  text: 'begin isolation level repeatable read read only',
};

export async function connect(pool: pg.Pool, doing: string): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw storeError(error, doing);
  }
}

/** A connection in use: its statements, and how to give it back. One that broke is not used again. */
export interface Lent {
  readonly session: Session;
  readonly broken: () => boolean;
  giveBack(): void;
}

export function lend(client: pg.PoolClient, doing: string): Lent {
  let broken = false;
  const onError = (): void => {
    broken = true;
  };
  // A connection can break between two statements; without a listener that would end the process.
  client.on('error', onError);
  return {
    session: {
      async query(statement, values) {
        try {
          const { rows } = await client.query<Row>({ ...statement, values: [...values] });
          return rows;
        } catch (error) {
          // After an ordinary error the connection is sound; after anything else nobody knows what is still under way on it.
          if (!(error instanceof pg.DatabaseError) || error.severity !== 'ERROR') broken = true;
          throw storeError(error, doing);
        }
      },
    },
    broken: () => broken,
    giveBack: () => {
      client.off('error', onError);
      client.release(broken);
    },
  };
}
