import assert from 'node:assert/strict';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { PayermaxMerchant } from '../../support/payermax-merchant.js';
import { loadAccounts } from '../../../src/config/accounts.js';
import { receiveCallbacks } from '../../support/callback-receiver.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { until } from '../../support/until.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';
import { YabandPayMerchant } from '../../support/yabandpay-merchant.js';

const MAIN = fileURLToPath(new URL('../../../sandbox/main.js', import.meta.url));
const started = z.strictObject({
  url: z.url(),
  adminUrl: z.url(),
  pid: z.int(),
  keysDir: z.string(),
  wallet: z.strictObject({ clientId: z.string() }),
  yabandpay: z.strictObject({ user: z.string() }),
  payermax: z.strictObject({ merchantNo: z.string(), appId: z.string() }),
});

describe('the sandbox as a command', () => {
  let keysDir: string;
  before(async () => {
    keysDir = await mkdtemp(join(tmpdir(), 'sandbox-keys-'));
  });
  after(() => rm(keysDir, { recursive: true }));

  const run = (...flags: string[]): ChildProcessByStdio<null, Readable, Readable> =>
    spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const firstLine = async (child: { readonly stdout: Readable }): Promise<string> => {
    for await (const line of createInterface(child.stdout)) return line;
    return '';
  };
  const stop = async (child: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> => {
    const ended = once(child, 'exit');
    child.kill(signal);
    return ended;
  };
  const failure = async (...flags: string[]): Promise<string> => {
    const child = run(...flags, '--keys-dir', keysDir);
    const [complaint, ended] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.deepEqual(ended, [1, null]);
    return complaint;
  };

  it('tells in one line of JSON where it listens, works with the keys that it wrote, and stops on SIGTERM', async () => {
    const child = run('--port', '0', '--json', '--permissive', '--keys-dir', keysDir, '--client-id', 'SHOP');
    try {
      const line = started.parse(JSON.parse(await firstLine(child)));
      assert.equal(line.pid, child.pid);
      assert.deepEqual([line.wallet.clientId, line.keysDir], ['SHOP', keysDir]);
      const walletPublicKeyPem = await readFile(join(keysDir, 'wallet-public.pem'), 'utf8');
      const merchantPrivateKeyPem = await readFile(join(keysDir, 'merchant-private.pem'), 'utf8');
      const sandbox = {
        ...line,
        keys: { wallet: { clientId: 'SHOP', walletPublicKeyPem, merchantPrivateKeyPem } },
      };
      const admin = new SandboxAdmin(sandbox);
      const reply = await new WalletMerchant(sandbox).capture(await admin.authorise());
      assert.deepEqual([reply.resultCode, reply.signed], ['SUCCESS', true]);
      assert.equal((await admin.summary()).permissive, true);
    } finally {
      assert.deepEqual(await stop(child, 'SIGTERM'), [0, null]);
    }
  });

  it('plays the PayerMax that it is told to, with the keys that it wrote', async () => {
    const child = run('--port', '0', '--json', '--keys-dir', keysDir, '--payermax-repeat', 'order_repeat');
    try {
      const { payermax, ...line } = started.parse(JSON.parse(await firstLine(child)));
      const payermaxPublicKeyPem = await readFile(join(keysDir, 'payermax-public.pem'), 'utf8');
      const merchantPrivateKeyPem = await readFile(join(keysDir, 'payermax-merchant-private.pem'), 'utf8');
      const ofPayermax = { ...payermax, payermaxPublicKeyPem, merchantPrivateKeyPem };
      const sandbox = { ...line, keys: { wallet: line.wallet, payermax: ofPayermax } };
      const paymentId = await new SandboxAdmin(sandbox, 'payermax').authorise();
      const merchant = new PayermaxMerchant(sandbox);
      const first = await merchant.capture(paymentId, { requestId: 'twice' });
      assert.deepEqual([first.outcome, first.signed], ['APPLY_SUCCESS SUCCESS', true]);
      assert.equal((await merchant.capture(paymentId, { requestId: 'twice' })).code, 'ORDER_REPEAT');
    } finally {
      assert.deepEqual(await stop(child, 'SIGTERM'), [0, null]);
    }
  });

  it('notifies where it is told to, under the accounts that it is told', async () => {
    const receiver = await receiveCallbacks();
    const notify = [
      '--notify-url',
      receiver.url,
      '--notify-account',
      'yabandpay=shop',
      '--notify-speed',
      '10',
    ];
    const child = run('--port', '0', '--json', '--keys-dir', keysDir, '--notify-captures', ...notify);
    try {
      const line = started.parse(JSON.parse(await firstLine(child)));
      const secretKey = (await readFile(join(keysDir, 'yabandpay-secret.txt'), 'utf8')).trim();
      const walletPublicKeyPem = await readFile(join(keysDir, 'wallet-public.pem'), 'utf8');
      const merchantPrivateKeyPem = await readFile(join(keysDir, 'merchant-private.pem'), 'utf8');
      const wallet = { ...line.wallet, walletPublicKeyPem, merchantPrivateKeyPem };
      const sandbox = { ...line, keys: { wallet, yabandpay: { ...line.yabandpay, secretKey } } };
      await new YabandPayMerchant(sandbox).capture(await new SandboxAdmin(sandbox, 'yabandpay').authorise());
      await new WalletMerchant(sandbox).capture(await new SandboxAdmin(sandbox).authorise());
      await until(() => receiver.received.length === 3);
      assert.deepEqual(receiver.received.map(({ path }) => path).toSorted(), [
        '/notify/wallet/wallet-sandbox',
        '/notify/wallet/wallet-sandbox',
        '/notify/yabandpay/shop',
      ]);
    } finally {
      await stop(child, 'SIGTERM');
      await receiver.close();
    }
  });

  it('keeps its keys, the private ones for its user alone', async () => {
    const before = await readFile(join(keysDir, 'merchant-private.pem'), 'utf8');
    const child = run('--port', '0', '--json', '--keys-dir', keysDir);
    await firstLine(child);
    assert.deepEqual(await stop(child, 'SIGINT'), [0, null]);
    assert.equal(await readFile(join(keysDir, 'merchant-private.pem'), 'utf8'), before);
    for (const name of ['merchant', 'wallet', 'payermax', 'payermax-merchant']) {
      assert.equal((await stat(join(keysDir, `${name}-private.pem`))).mode & 0o777, 0o600);
    }
  });

  it('greets people with accounts to copy, which the worker takes as they are', async () => {
    const child = run('--port', '0', '--keys-dir', keysDir, '--profile', 'everyday', '--random-seed', 'x');
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.startsWith('Ctrl-C')) break;
    }
    await stop(child, 'SIGTERM');
    assert.match(lines[0] ?? '', /listens on http:\/\/127\.0\.0\.1:\d+$/);
    const [from, to] = ['Accounts', 'Authorise'].map((word) =>
      lines.findIndex((line) => line.startsWith(word)),
    );
    const file = join(keysDir, 'accounts.yaml');
    await writeFile(file, lines.slice((from ?? 0) + 1, to).join('\n'));
    const { accounts, problems } = loadAccounts(file, { cwd: keysDir, env: {} });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      accounts.map(({ provider }) => provider),
      ['wallet', 'yabandpay', 'payermax'],
    );
  });

  it('has a merchant at YabandPay, with the secret that it wrote and keeps', async () => {
    const child = run('--port', '0', '--json', '--keys-dir', keysDir, '--user', '016683');
    try {
      const line = started.parse(JSON.parse(await firstLine(child)));
      assert.equal(line.yabandpay.user, '016683');
      const file = join(keysDir, 'yabandpay-secret.txt');
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const secretKey = (await readFile(file, 'utf8')).trim();
      const sandbox = { ...line, keys: { ...line, yabandpay: { user: '016683', secretKey } } };
      const tradeId = await new SandboxAdmin(sandbox, 'yabandpay').authorise();
      assert.equal((await new YabandPayMerchant(sandbox).capture(tradeId)).code, '200');
    } finally {
      await stop(child, 'SIGTERM');
    }
  });

  it('says what to do about a taken port', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    const complaint = await failure('--port', String(port));
    squatter.close();
    assert.match(complaint, /EADDRINUSE[\s\S]*--port 0/);
  });

  const mistakes: Record<string, readonly [string[], RegExp]> = {
    'a port that is none': [['--port', '70000'], /from 0 to 65535/],
    'a profile that it does not have': [['--profile', 'rough'], /calm, everyday, stormy, chaos, or JSON/],
    'a profile that is no JSON': [['--profile', '{'], /not JSON/],
    'a profile with a slip': [['--profile', '{"unknwon":0.1}'], /unknwon/],
    'a way to repeat that it does not have': [
      ['--payermax-repeat', 'often'],
      /repeats, order_repeat, rejects/,
    ],
    'an address of notifications that is none': [['--notify-url', 'here'], /http or https URL/],
    'an account of no provider': [['--notify-account', 'paypal=shop'], /wallet, yabandpay, payermax/],
    'an option that it does not have': [['--fast'], /unknown option '--fast'/],
  };
  for (const [what, [flags, expected]] of Object.entries(mistakes)) {
    it(`refuses ${what}`, async () => {
      assert.match(await failure(...flags), expected);
    });
  }
});
