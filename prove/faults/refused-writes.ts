import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Fault, Grounds } from '../fault.js';

const run = promisify(execFile);

/** Shorter than subscribers try for, who can't write either. */
const LASTS_MS = 5_000;

const readOnly: Fault = {
  name: 'database-read-only',
  attacks: 'a write that is refused for the database’s sake is tried again, and is no fault of the order',
  how: 'the database is read-only for 5 s, as a standby is',
  inflict: async ({ pool, now, signal }) => {
    await pool.query('alter system set default_transaction_read_only = on');
    try {
      await pool.query('select pg_reload_conf()');
      await sleep(LASTS_MS, undefined, { signal });
    } finally {
      await pool.query('alter system reset default_transaction_read_only');
      await pool.query('select pg_reload_conf()');
    }
    return { ended: now(), kills: 0 };
  },
};

/** The tables that each capture writes to. */
const TABLES = ['evidence', 'outbox', 'attempts'] as const;
const SIZE = '24m';

/**
 * A disk that is full: a filesystem of 24 MB in memory, onto which the tables are moved, and which then is filled. PostgreSQL gets ENOSPC from
 * the kernel when a table must grow. To mount it takes root; nothing else makes a disk full without one (a quota needs it too, and a limit on
 * the size of files stops PostgreSQL's log, and with it PostgreSQL).
 */
const diskFull: Fault = {
  name: 'disk-full',
  attacks: 'a write that finds no room is tried again, and what the provider has said meanwhile isn’t lost',
  how: 'the disk of the tables that each capture writes to is full for 5 s',
  inflict: async (grounds) => {
    const { pool, stack, now, signal } = grounds;
    const before = await refused(grounds);
    const disk = await mountSmall(stack.dataDir);
    try {
      await pool.query(`create tablespace prove_small location '${disk}'`);
      for (const table of TABLES) await pool.query(`alter table ${table} set tablespace prove_small`);
      const filler = join(disk, 'filler');
      await fill(filler);
      await untilRefused(before, grounds);
      await sleep(LASTS_MS, undefined, { signal });
      await rm(filler);
      const ended = now();
      for (const table of TABLES) await pool.query(`alter table ${table} set tablespace pg_default`);
      await pool.query('drop tablespace prove_small');
      return {
        ended,
        kills: 0,
        ran: `${String((await refused(grounds)) - before)} statements found no room`,
      };
    } finally {
      await run('umount', ['-l', disk]);
      await rm(disk, { recursive: true, force: true });
    }
  },
};

/** Owned by whoever the server runs as. */
async function mountSmall(dataDir: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prove-disk-'));
  const { uid, gid } = await stat(join(dataDir, 'postgres', 'cluster', 'data'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw new Error('no small filesystem can be mounted here: that takes root', { cause: error });
  }
  await chown(folder, uid, gid);
  return folder;
}

async function fill(file: string): Promise<void> {
  try {
    await writeFile(file, Buffer.alloc(64 * 1024 * 1024));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    return;
  }
  throw new Error('the small filesystem is not small');
}

const REFUSED_WITHIN_MS = 15_000;

/** Until a statement has found no room: tables grow only when their pages are full. */
async function untilRefused(before: number, grounds: Grounds): Promise<void> {
  const deadline = performance.now() + REFUSED_WITHIN_MS;
  while ((await refused(grounds)) === before) {
    grounds.signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error('nobody has noticed that the disk is full');
    await sleep(100);
  }
}

async function refused({ stack }: Grounds): Promise<number> {
  const { stdout } = await run('grep', [
    '-c',
    'No space left on device',
    join(stack.logDir, 'postgres.log'),
  ]).catch(() => ({ stdout: '0' }));
  return Number(stdout);
}

export const REFUSED_WRITES: readonly Fault[] = [readOnly, diskFull];
