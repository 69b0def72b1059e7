import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { AccountConfig } from '../../../../src/config/accounts.js';
import { loadAccounts } from '../../../../src/config/accounts.js';

const folder = mkdtempSync(join(tmpdir(), 'account-keys-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const another = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PRIVATE_PEM = ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PRIVATE_BASE64 = ours.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
const OWN_PUBLIC = ours.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const THEIR_PUBLIC = theirs.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const ANOTHER_PUBLIC = another.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const ENV = {
  PRIVATE: PRIVATE_BASE64,
  OWN_PUBLIC,
  THEIR_PUBLIC,
  ANOTHER_PUBLIC,
  SECRET: 'made-up-key\n',
  SHORT: 'short',
};

const YABANDPAY = {
  provider: 'yabandpay',
  merchantId: 'shop-europe',
  user: "'016683'",
  baseUrl: 'https://mapi.yabandpay.com',
  secretKey: '{ env: SECRET }',
  notifyUrl: 'https://shop.example.com/notify',
};
const PAYERMAX = {
  provider: 'payermax',
  merchantId: 'P01010000000001',
  appId: '0123456789abcdef0123456789abcdef',
  baseUrl: 'https://pay-gate.payermax.com',
  privateKey: '{ env: PRIVATE }',
  payermaxPublicKey: '{ env: THEIR_PUBLIC }',
};

function account(name: string, keys: Readonly<Record<string, string>>): string {
  return `${name}:\n${Object.entries(keys)
    .map(([key, value]) => `  ${key}: ${value}\n`)
    .join('')}`;
}

function load(yaml: string): ReturnType<typeof loadAccounts> {
  writeFileSync(join(folder, 'accounts.yaml'), yaml);
  return loadAccounts('accounts.yaml', { cwd: folder, env: ENV });
}

function read(yaml: string): AccountConfig | undefined {
  const { accounts, problems } = load(yaml);
  assert.deepEqual(problems, []);
  return accounts[0];
}

function problemsOf(yaml: string): string {
  return load(yaml)
    .problems.map(({ place, text }) => `${place}: ${text}`)
    .join('\n');
}

describe('an account with YabandPay', () => {
  it('has its secret without the line end that it was saved with, and its defaults', () => {
    assert.deepEqual(read(account('eu', YABANDPAY)), {
      name: 'eu',
      provider: 'yabandpay',
      merchantId: 'shop-europe',
      user: '016683',
      baseUrl: 'https://mapi.yabandpay.com',
      secretKey: 'made-up-key',
      notifyUrl: 'https://shop.example.com/notify',
      previousKeys: [],
      notifySources: [],
      authorisationWindowMs: 30 * 86_400_000,
      timeoutMs: 30_000,
      maxInFlight: 100,
      rateLimit: null,
      rateBurst: null,
    });
  });

  it('is refused with a secret that is none, without repeating it', () => {
    const problems = problemsOf(account('eu', { ...YABANDPAY, secretKey: '{ env: SHORT }' }));
    assert.match(problems, /eu\.secretKey: the variable SHORT holds no secret: it must be 8 to 512/);
    const inline = problemsOf(account('eu', { ...YABANDPAY, secretKey: 'hunter2hunter2' }));
    assert.match(inline, /eu\.secretKey: must be \{ file/);
    assert.doesNotMatch(inline, /hunter2/);
  });

  it('is refused with an address for notifications that is not encrypted', () => {
    const problems = problemsOf(account('eu', { ...YABANDPAY, notifyUrl: 'http://shop.example.com/notify' }));
    assert.match(problems, /eu\.notifyUrl: .* is not encrypted/);
  });

  it('is refused with a user or an address that the signature can’t hold', () => {
    const problems = problemsOf(
      account('eu', { ...YABANDPAY, user: "'a=b'", notifyUrl: 'https://shop.example.com/notify&more' }),
    );
    assert.match(problems, /eu\.user: holds & or =/);
    assert.match(problems, /eu\.notifyUrl: holds & or =/);
  });

  it('is refused if another account is the same user or merchant', () => {
    const both = account('eu', YABANDPAY) + account('ch', YABANDPAY);
    assert.match(problemsOf(both), /ch\.merchantId: .*merchant already/);
    assert.match(problemsOf(both), /ch\.user: .*user already/);
  });
});

describe('an account with PayerMax', () => {
  it('has the merchant id as the merchantNo of its requests, and its defaults', () => {
    const read1 = read(account('main', PAYERMAX));
    assert.ok(read1?.provider === 'payermax');
    const { privateKey, payermaxPublicKey, ...rest } = read1;
    assert.ok(privateKey.equals(ours.privateKey));
    assert.ok(payermaxPublicKey.equals(theirs.publicKey));
    assert.deepEqual(rest, {
      name: 'main',
      provider: 'payermax',
      merchantId: 'P01010000000001',
      merchantNo: 'P01010000000001',
      appId: '0123456789abcdef0123456789abcdef',
      baseUrl: 'https://pay-gate.payermax.com',
      version: '1.5',
      keyVersion: '1',
      requireSignedAnswers: true,
      requireSignedRefusals: false,
      previousKeys: [],
      notifySources: [],
      authorisationWindowMs: 7 * 86_400_000,
      timeoutMs: 15_000,
      maxInFlight: 100,
      rateLimit: null,
      rateBurst: null,
    });
  });

  it('is refused with our own public key in the place of theirs', () => {
    const problems = problemsOf(account('main', { ...PAYERMAX, payermaxPublicKey: '{ env: OWN_PUBLIC }' }));
    assert.match(problems, /main\.payermaxPublicKey: belongs to this account's own privateKey/);
  });

  it('is refused with a version that YAML takes for a number', () => {
    assert.match(problemsOf(account('main', { ...PAYERMAX, version: '1.5' })), /main\.version: must be text/);
  });

  it('is refused if another account is the same app', () => {
    const both = account('main', PAYERMAX) + account('alias', { ...PAYERMAX, merchantId: 'P2' });
    assert.match(problemsOf(both), /alias\.appId: .*app already/);
  });
});

describe('what an account takes notifications by', () => {
  const WALLET = {
    provider: 'wallet',
    merchantId: 'a',
    clientId: 'b',
    baseUrl: 'https://w.example',
    privateKey: '{ env: PRIVATE }',
    walletPublicKey: '{ env: THEIR_PUBLIC }',
    authorisationWindow: '7d',
  };

  it('is the current key and those beside it, of each provider', () => {
    const rsa = '[{ env: ANOTHER_PUBLIC }, { env: THEIR_PUBLIC }]';
    for (const keys of [WALLET, PAYERMAX]) {
      const one = read(account('main', { ...keys, previousKeys: rsa }));
      assert.ok(one !== undefined);
      assert.deepEqual(
        one.previousKeys.map((key) => key.equals(another.publicKey)),
        [true, false],
      );
    }
    const eu = read(account('eu', { ...YABANDPAY, previousKeys: '[{ env: SECRET }]' }));
    assert.deepEqual(
      eu?.previousKeys.map((key) => key.export().toString()),
      ['made-up-key'],
    );
  });

  it('is never our own key, nor one that can’t be read', () => {
    for (const keys of [WALLET, PAYERMAX]) {
      const problems = problemsOf(account('main', { ...keys, previousKeys: '[{ env: OWN_PUBLIC }]' }));
      assert.match(problems, /main\.previousKeys: holds the public half of this account's own privateKey/);
    }
    const problems = problemsOf(
      account('main', { ...WALLET, previousKeys: '[{ env: THEIR_PUBLIC }, hunter2hunter2]' }),
    );
    assert.match(problems, /main\.previousKeys\.1: must be \{ file/);
    assert.doesNotMatch(problems, /hunter2/);
    assert.match(
      problemsOf(account('eu', { ...YABANDPAY, previousKeys: '[{ env: SHORT }]' })),
      /eu\.previousKeys\.0: the variable SHORT holds no secret/,
    );
    assert.match(
      problemsOf(account('main', { ...WALLET, previousKeys: '{ env: THEIR_PUBLIC }' })),
      /main\.previousKeys: must be a list of keys/,
    );
  });

  it('is a list of addresses and ranges', () => {
    const sources = "['192.0.2.1', '198.51.100.0/24', '2001:db8::/32']";
    const one = read(account('main', { ...WALLET, notifySources: sources }));
    assert.deepEqual(one?.notifySources, ['192.0.2.1', '198.51.100.0/24', '2001:db8::/32']);
    for (const wrong of [
      "['192.0.2']",
      "['192.0.2.0/33']",
      "['example.com']",
      "['192.0.2.1/']",
      "['2001:db8::/129']",
    ])
      assert.match(
        problemsOf(account('main', { ...WALLET, notifySources: wrong })),
        /main\.notifySources\.0: is neither an IP address nor a range/,
        wrong,
      );
    assert.match(
      problemsOf(account('main', { ...WALLET, notifySources: '192.0.2.1' })),
      /main\.notifySources: must be a list of IP addresses/,
    );
  });
});

describe('the wallet’s window', () => {
  it('has no default, unlike those that a provider’s page gives', () => {
    const keys = { provider: 'wallet', merchantId: 'a', clientId: 'b', baseUrl: 'https://w.example' };
    assert.match(problemsOf(account('main', keys)), /main\.authorisationWindow: is missing/);
  });
});

describe('accounts.example.yaml', () => {
  /** The file as it is shipped, with every key that it names made up. */
  it('is valid once its keys are there, and shows the defaults as they are', () => {
    const text = readFileSync('accounts.example.yaml', 'utf8');
    const contentOf = (name: string): string =>
      /secret$/i.test(name) ? 'made-up-secret' : /public/i.test(name) ? THEIR_PUBLIC : PRIVATE_PEM;
    for (const [, name = ''] of text.matchAll(/\{ file: (\S+) \}/g)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contentOf(name));
    }
    const env = Object.fromEntries(
      [...text.matchAll(/\{ env: (\S+) \}/g)].map(([, name = '']) => [name, contentOf(name)]),
    );
    writeFileSync(join(folder, 'example.yaml'), text);
    const { accounts, problems } = loadAccounts('example.yaml', { cwd: folder, env });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      accounts.map(({ name }) => name),
      [
        'wallet-main',
        'yabandpay-main',
        'payermax-main',
        'wallet-second',
        'yabandpay-second',
        'payermax-second',
      ],
    );
    // Of each provider the first leaves out what the second writes: they must differ in nothing but names and keys.
    for (const provider of ['wallet', 'yabandpay', 'payermax']) {
      const [first, second] = accounts.filter((one) => one.provider === provider).map(settingsOf);
      assert.deepEqual(first, second);
    }
  });
});

/** What of an account has a default. */
function settingsOf(account: AccountConfig): Readonly<Record<string, unknown>> {
  const own = ['name', 'merchantId', 'merchantNo', 'clientId', 'user', 'appId', 'notifyUrl', 'secretKey'];
  return Object.fromEntries(
    Object.entries(account).filter(([key]) => !own.includes(key) && !key.endsWith('Key')),
  );
}
