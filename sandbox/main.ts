import { Command, Option } from 'commander';
import { join, resolve } from 'node:path';
import type { AddressesInput } from './callbacks/addresses.js';
import type { AccountNames } from './flags.js';
import { accountsWith, baseUrlOf, portOf, profileOf, speedOf } from './flags.js';
import { keysIn, secretIn } from './keys.js';
import type { RepeatMode } from './payermax/captures.js';
import { REPEAT_MODES } from './payermax/captures.js';
import { DEFAULT_MERCHANT } from './payermax/credentials.js';
import type { Profile } from './profile.js';
import { PROFILES } from './profiles.js';
import { PROVIDER_NAMES } from './provider-names.js';
import type { Sandbox } from './sandbox.js';
import { startSandbox } from './sandbox.js';
import { DEFAULT_CLIENT_ID } from './wallet/credentials.js';
import { DEFAULT_USER } from './yabandpay/credentials.js';

interface Flags {
  readonly port: number;
  readonly permissive: boolean;
  readonly profile: Profile;
  readonly randomSeed: string;
  readonly keysDir: string;
  readonly clientId: string;
  readonly user: string;
  readonly payermaxRepeat: RepeatMode;
  readonly notifyUrl?: string;
  readonly notifyAccount: AccountNames;
  readonly notifySpeed: number;
  readonly notifyCaptures: boolean;
  readonly json: boolean;
}

const program = new Command('npm run sandbox --')
  .description(
    'Simulates the providers over HTTP: they check what they are sent, move money in books of their own, and tell what moved.',
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
  .option('--keys-dir <folder>', 'where the keys of all sides are kept', join('.cache', 'sandbox-keys'))
  .option('--client-id <id>', "the merchant's client id at the wallet", DEFAULT_CLIENT_ID)
  .option('--user <uid>', "the merchant's user at YabandPay", DEFAULT_USER)
  .addOption(
    new Option('--payermax-repeat <mode>', 'what a repeated requestId gets at PayerMax')
      .choices(REPEAT_MODES)
      .default('repeats' satisfies RepeatMode),
  )
  .option(
    '--notify-url <url>',
    'where notifications go: <url>/<provider>/<account>; nowhere if not given',
    baseUrlOf,
  )
  .option(
    '--notify-account <provider>=<account>',
    "an account's name, if it isn't <provider>-sandbox; may be repeated",
    accountsWith,
    {},
  )
  .option('--notify-speed <factor>', 'how many times as fast notifications are sent again', speedOf, 1)
  .option('--notify-captures', 'the wallet notifies of captures too, not of payments alone', false)
  .option('--json', 'print one line of JSON once it listens, and nothing else', false)
  .addHelpText(
    'after',
    `
A profile as JSON, all members optional: {"latencyMs":{"min":5,"max":60},"decline":{"RISK_REJECT":0.02},"unknown":0.02,
"inProcess":0.01,"serverError":0.01,"tooManyRequests":0.01,"reset":0.005,"movedShare":0.5}. sandbox/README.md has the rest.`,
  );

async function run(flags: Flags): Promise<void> {
  const keysDir = resolve(flags.keysDir);
  const [wallet, merchant] = [await keysIn(keysDir, 'wallet'), await keysIn(keysDir, 'merchant')];
  const [payermax, ofPayermax] = [
    await keysIn(keysDir, 'payermax'),
    await keysIn(keysDir, 'payermax-merchant'),
  ];
  const secretKey = await secretIn(keysDir, 'yabandpay-secret');
  const sandbox = await startSandbox({
    ...flags,
    notify: addressesOf(flags),
    wallet: {
      clients: [{ clientId: flags.clientId, merchantPublicKeyPem: merchant.publicKeyPem }],
      privateKeyPem: wallet.privateKeyPem,
      notifiesCaptures: flags.notifyCaptures,
    },
    yabandpay: { merchants: [{ user: flags.user, secretKey }] },
    payermax: {
      merchants: [{ ...DEFAULT_MERCHANT, publicKeyPem: ofPayermax.publicKeyPem }],
      privateKeyPem: payermax.privateKeyPem,
      repeatMode: flags.payermaxRepeat,
    },
  });
  stopOnSignal(sandbox);
  process.stdout.write(flags.json ? machineLine(sandbox, keysDir) : greeting(sandbox, keysDir));
}

function addressesOf({ notifyUrl, notifyAccount, clientId, user }: Flags): AddressesInput {
  const merchants = { wallet: clientId, yabandpay: user, payermax: DEFAULT_MERCHANT.merchantNo };
  return {
    url: notifyUrl ?? null,
    accounts: PROVIDER_NAMES.flatMap((provider) => {
      const account = notifyAccount[provider];
      return account === undefined ? [] : [{ provider, merchant: merchants[provider], account }];
    }),
  };
}

/** The first signal stops in order; a second one finds no handler and ends the process at once. */
function stopOnSignal(sandbox: Sandbox): void {
  const stop = (): void => {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    void sandbox.close();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

function machineLine({ url, adminUrl, keys }: Sandbox, keysDir: string): string {
  const { wallet, yabandpay, payermax } = keys;
  const accounts = {
    wallet: { clientId: wallet.clientId },
    yabandpay: { user: yabandpay.user },
    payermax: { merchantNo: payermax.merchantNo, appId: payermax.appId },
  };
  return `${JSON.stringify({ url, adminUrl, pid: process.pid, keysDir, ...accounts })}\n`;
}

function greeting(
  { url, adminUrl, keys: { wallet, yabandpay, payermax } }: Sandbox,
  keysDir: string,
): string {
  return `The sandbox listens on ${url}

Accounts that use it:

  wallet-sandbox:
    provider: wallet
    merchantId: 'sandbox'
    clientId: '${wallet.clientId}'
    baseUrl: ${url}
    privateKey: { file: ${join(keysDir, 'merchant-private.pem')} }
    walletPublicKey: { file: ${join(keysDir, 'wallet-public.pem')} }
    authorisationWindow: 7d
  yabandpay-sandbox:
    provider: yabandpay
    merchantId: 'sandbox'
    user: '${yabandpay.user}'
    baseUrl: ${url}
    secretKey: { file: ${join(keysDir, 'yabandpay-secret.txt')} }
    notifyUrl: https://shop.example.com/notify/yabandpay/yabandpay-sandbox
  payermax-sandbox:
    provider: payermax
    merchantId: '${payermax.merchantNo}'
    appId: '${payermax.appId}'
    baseUrl: ${url}
    privateKey: { file: ${join(keysDir, 'payermax-merchant-private.pem')} }
    payermaxPublicKey: { file: ${join(keysDir, 'payermax-public.pem')} }

Authorise a payment of 150 IQD (amounts are minor units), and see what has moved once a worker captured it:

  curl -X POST ${adminUrl}/authorisations -H 'content-type: application/json' \\
    -d '[{"provider":"wallet","paymentId":"pay-1","merchant":"${wallet.clientId}","amount":"150000","currency":"IQD"}]'
  curl ${adminUrl}/book/wallet/pay-1
  curl ${adminUrl}/summary

Ctrl-C stops it.
`;
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
