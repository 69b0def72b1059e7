import type pg from 'pg';
import { CaptureWorkerError } from '../errors.js';
import { textOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const SETTINGS: Statement = {
  name: 'durability',
  text: `
    select name, setting from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names', 'server_encoding')`,
};

/**
 * Throws DATABASE_UNSAFE, naming each setting at fault, if the database may forget what it has confirmed (a forgotten claim is a second
 * charge), or can't hold every text.
 */
export async function checkDurability(pool: pg.Pool): Promise<void> {
  const rows = await withSession(pool, 'checking its settings', (session) => session.query(SETTINGS, []));
  const problems = unsafeSettings(new Map(rows.map((row) => [textOf(row, 'name'), textOf(row, 'setting')])));
  if (problems.length > 0) {
    throw new CaptureWorkerError(
      'DATABASE_UNSAFE',
      `the database is not set up to keep what it confirms: ${problems.join('; ')}`,
    );
  }
}

/** What is unsafe about a server's settings, in words that say what to change; none if all is well. */
export function unsafeSettings(settings: ReadonlyMap<string, string>): readonly string[] {
  const problems: string[] = [];
  for (const name of ['fsync', 'full_page_writes']) {
    const setting = settings.get(name);
    if (setting !== 'on') problems.push(`${name} is ${String(setting)}, it must be on`);
  }
  const commit = settings.get('synchronous_commit');
  if (!waitsForDisk(commit, settings.get('synchronous_standby_names') ?? '')) {
    problems.push(
      `synchronous_commit is ${String(commit)}, it must be on, for this role and database (remote_apply and remote_write will do)`,
    );
  }
  const encoding = settings.get('server_encoding');
  if (encoding !== 'UTF8') problems.push(`server_encoding is ${String(encoding)}, it must be UTF8`);
  return problems;
}

/**
 * Whether a confirmed commit is on this server's disk: so with every value but `off`. The others differ in what they wait for at a
 * synchronous standby. `remote_write` is good enough: the commit is lost only if this server's disk and the standby's memory are lost
 * at once. `local` doesn't wait for the standby at all: as good as `on` where there is none, and where one is named it is what the
 * installation relies on when it fails over.
 */
function waitsForDisk(setting: string | undefined, standbys: string): boolean {
  switch (setting) {
    case 'on':
    case 'remote_apply':
    case 'remote_write':
      return true;
    case 'local':
      return standbys === '';
    case undefined:
    default:
      return false;
  }
}
