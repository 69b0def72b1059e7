import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { packageRoot } from '../../src/package-root.js';

/** What a command did. */
export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Runs a command line inside this process; `ask` is who sits at the terminal, if anybody does. */
export async function runCli(
  args: readonly string[],
  env: Variables,
  cwd = '/',
  ask: Io['ask'] = null,
): Promise<Told> {
  const told = { out: '', err: '' };
  const code = await run(args, {
    env,
    cwd,
    ask,
    out: (text) => {
      told.out += text;
    },
    err: (text) => {
      told.err += text;
    },
  });
  return { ...told, code };
}

/** A command running as a process of its own. */
export interface CliProcess {
  /** What it has written to standard output and standard error so far. */
  out(): string;
  err(): string;
  signal(name: NodeJS.Signals): void;
  /** Closes our end of its standard output, as `| head` does. */
  stopReading(): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export function spawnCli(args: readonly string[], env: Variables, cwd = '/'): CliProcess {
  const main = join(packageRoot(), 'dist/src/cli/main.js');
  const child = spawn(process.execPath, [main, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(signal ?? code ?? -1);
    });
  });
  return {
    out: () => out,
    err: () => err,
    signal: (name) => child.kill(name),
    stopReading: () => child.stdout.destroy(),
    ended,
  };
}

/** A folder with an accounts file and its keys: one account, `shop`, at a wallet that nobody runs. */
export interface AccountsFolder {
  readonly folder: string;
  /** Some text of the private key, to search for where it must not be. */
  readonly secret: string;
  remove(): Promise<void>;
}

export async function accountsFolder(): Promise<AccountsFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'capture-worker-cli-test-'));
  const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const wallets = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(join(folder, 'ours.pem'), pem);
  await writeFile(join(folder, 'wallets.pem'), wallets.publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(
    join(folder, 'accounts.yaml'),
    `shop:
  provider: wallet
  merchantId: 'm-1'
  clientId: 'c-1'
  baseUrl: http://127.0.0.1:9
  privateKey: { file: ours.pem }
  walletPublicKey: { file: wallets.pem }
  authorisationWindow: 7d
`,
  );
  const secret = pem.split('\n')[3] ?? pem;
  return { folder, secret, remove: () => rm(folder, { recursive: true }) };
}
