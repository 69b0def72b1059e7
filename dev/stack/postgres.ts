import { access, chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Crew, RunAs } from './crew.js';
import type { PartRecipe } from './part.js';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import type { ProgressEvent } from './progress.js';

export interface PostgresOptions {
  /** Its own folder inside the data folder. */
  home: string;
  logFile: string;
  /** Whom it runs as, if we are root. */
  runAs: RunAs | undefined;
  password: string;
  /** Whether the data must outlive the machine's next crash: a temporary folder needn't. */
  kept: boolean;
  crew: Crew;
  report: (event: ProgressEvent) => void;
  /** What a test sets beyond the usual. */
  settings?: Readonly<Record<string, string | number>>;
}

export const DATABASE = 'capture';
const ROLE = 'postgres';
// Durable as in production: the worker refuses a database that isn't. The rest keeps it to itself and small.
const SETTINGS: Readonly<Record<string, string | number>> = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  listen_addresses: '127.0.0.1',
  // A socket's path may have some 100 characters only, which a deep folder exceeds.
  unix_socket_directories: '',
  max_connections: 200,
  // Else shared memory is files outside of the data folder, which a killed server leaves behind.
  dynamic_shared_memory_type: 'mmap',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** PostgreSQL on the loopback address only, with one database for the worker. */
export function postgresRecipe(options: PostgresOptions): PartRecipe {
  const { home, runAs, password } = options;
  const cluster = join(home, 'cluster');
  let binaries: PostgresBinaries | undefined;
  return {
    name: 'postgres',
    portCount: 1,
    // Leaves at once without a checkpoint: the next start recovers from the log, as after a crash. SIGKILL would hit the
    // first process only, and its children would hold the memory that the next start needs.
    crashSignal: 'SIGQUIT',
    prepare: async () => {
      options.report({ part: 'postgres', step: 'preparing' });
      await mkdir(cluster, { recursive: true });
      if (runAs) {
        await chmod(home, 0o755);
        await chown(cluster, runAs.uid, runAs.gid);
      }
      binaries = await postgresBinaries(runAs, join(home, 'programs'));
      await initialise(options, binaries, cluster);
    },
    job: (ports) => ({
      title: 'PostgreSQL',
      command: binaries?.postgres ?? 'postgres',
      args: [
        '-D',
        join(cluster, 'data'),
        ...settings({ ...SETTINGS, ...options.settings, port: ports[0] ?? 0 }),
      ],
      cwd: cluster,
      env: environment(),
      logFile: options.logFile,
      runAs,
      // Ends sessions and leaves in order.
      stopSignal: 'SIGINT',
      // It gives its own children 5 s before it kills them.
      graceMs: 8000,
    }),
    isReady: async (ports) => {
      await withClient(url(ports[0] ?? 0, password, ROLE), async (client) => client.query('select 1'));
      return true;
    },
    finish: (ports) => createDatabase(url(ports[0] ?? 0, password, ROLE)),
    address: (ports) => url(ports[0] ?? 0, password, DATABASE),
  };
}

/** The data appears under its name only when it is made to the end. */
async function initialise(
  options: PostgresOptions,
  { initdb }: PostgresBinaries,
  cluster: string,
): Promise<void> {
  const { runAs, crew, logFile } = options;
  if (await isThere(join(cluster, 'data'))) return;
  const [draft, passwordFile] = [join(cluster, 'data.new'), join(cluster, 'password')];
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (runAs) await chown(passwordFile, runAs.uid, runAs.gid);
  const args = [
    `--pgdata=${draft}`,
    `--username=${ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order of texts on every machine, whatever languages are installed.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(options.kept ? [] : ['--no-sync']),
  ];
  await crew.run({
    title: "PostgreSQL's initdb",
    command: initdb,
    args,
    cwd: cluster,
    env: environment(),
    logFile,
    runAs,
  });
  await rm(passwordFile);
  await rename(draft, join(cluster, 'data'));
}

function settings(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Without the user's PG… variables and language. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

function url(port: number, password: string, database: string): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
}

async function createDatabase(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}

/** Connects, uses and leaves. */
export async function withClient<T>(
  connectionString: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2000, query_timeout: 20_000 });
  // A connection that breaks while idle must not end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
