import { Command, InvalidArgumentError, Option } from 'commander';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { keysIn } from './keys.js';
import type { Profile } from './profile.js';
import { PROFILES, profileSchema } from './profile.js';
import type { Sandbox } from './sandbox.js';
import { DEFAULT_CLIENT_ID, startSandbox } from './sandbox.js';

interface Flags {
  readonly port: number;
  readonly permissive: boolean;
  readonly profile: Profile;
  readonly randomSeed: string;
  readonly keysDir: string;
  readonly clientId: string;
  readonly json: boolean;
}

const program = new Command('npm run sandbox --')
  .description(
    'Simulates the wallet over HTTP: it checks what it is sent, moves money in a book of its own, and tells what moved.',
  )
  .option('--port <number>', 'port to listen on, on 127.0.0.1 (0: any free one)', portOf, 4010)
  .option('--permissive', 'move money again for another request id, and count it', false)
  .addOption(
    new Option(
      '--profile <name or JSON>',
      `random trouble: ${Object.keys(PROFILES).join(', ')}, or shares as JSON`,
    )
      .argParser(profileOf)
      .default(PROFILES.calm, 'calm'),
  )
  .option('--random-seed <text>', 'repeats the same trouble', '1')
  .option('--keys-dir <folder>', 'where the PEM keys of both sides are kept', join('.cache', 'sandbox-keys'))
  .option('--client-id <id>', "the merchant's client id", DEFAULT_CLIENT_ID)
  .option('--json', 'print one line of JSON once it listens, and nothing else', false)
  .addHelpText(
    'after',
    `
A profile as JSON, all members optional: {"latencyMs":{"min":5,"max":60},"decline":{"RISK_REJECT":0.02},"unknown":0.02,
"inProcess":0.01,"serverError":0.01,"tooManyRequests":0.01,"reset":0.005,"movedShare":0.5}. sandbox/README.md has the rest.`,
  );

async function run(flags: Flags): Promise<void> {
  const keysDir = resolve(flags.keysDir);
  const wallet = await keysIn(keysDir, 'wallet');
  const merchant = await keysIn(keysDir, 'merchant');
  const sandbox = await startSandbox({
    ...flags,
    clients: [{ clientId: flags.clientId, merchantPublicKeyPem: merchant.publicKeyPem }],
    walletPrivateKeyPem: wallet.privateKeyPem,
  });
  stopOnSignal(sandbox);
  process.stdout.write(flags.json ? machineLine(sandbox, keysDir) : greeting(sandbox, keysDir));
}

/** The first signal stops in order; a second one finds no handler and ends the process at once. */
function stopOnSignal(sandbox: Sandbox): void {
  const stop = (): void => {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    void sandbox.close();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

function machineLine({ url, adminUrl, keys: { clientId } }: Sandbox, keysDir: string): string {
  return `${JSON.stringify({ url, adminUrl, pid: process.pid, clientId, keysDir })}\n`;
}

function greeting({ url, adminUrl, keys: { clientId } }: Sandbox, keysDir: string): string {
  return `The wallet's sandbox listens on ${url}

An account that uses it:

  wallet-sandbox:
    provider: wallet
    merchantId: 'sandbox'
    clientId: '${clientId}'
    baseUrl: ${url}
    privateKey: { file: ${join(keysDir, 'merchant-private.pem')} }
    walletPublicKey: { file: ${join(keysDir, 'wallet-public.pem')} }
    authorisationWindow: 7d

Authorise a payment of 150 IQD (amounts are minor units), and see what has moved once a worker captured it:

  curl -X POST ${adminUrl}/authorisations -H 'content-type: application/json' \\
    -d '[{"paymentId":"pay-1","clientId":"${clientId}","amount":"150000","currency":"IQD"}]'
  curl ${adminUrl}/book/pay-1
  curl ${adminUrl}/summary

Ctrl-C stops it.
`;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

function profileOf(text: string): Profile {
  if (Object.hasOwn(PROFILES, text)) return PROFILES[text as keyof typeof PROFILES];
  if (!text.trimStart().startsWith('{')) {
    throw new InvalidArgumentError(`It must be ${Object.keys(PROFILES).join(', ')}, or JSON.`);
  }
  const parsed = profileSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`\n${z.prettifyError(parsed.error)}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It is not JSON.');
  }
}

try {
  await program.action(run).parseAsync();
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    taken ? `${message}\nChoose another port with --port, or any free one with --port 0.\n` : `${message}\n`,
  );
  process.exitCode = 1;
}
