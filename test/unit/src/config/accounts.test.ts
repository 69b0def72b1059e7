import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadAccounts } from '../../../../src/config/accounts.js';

const folder = mkdtempSync(join(tmpdir(), 'accounts-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const wallets = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PRIVATE_PEM = ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const OWN_PUBLIC_PEM = ours.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const WALLET_PUBLIC_BASE64 = wallets.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
mkdirSync(join(folder, 'conf/keys'), { recursive: true });
writeFileSync(join(folder, 'conf/keys/ours.pem'), PRIVATE_PEM);
writeFileSync(join(folder, 'conf/keys/own-public.pem'), OWN_PUBLIC_PEM);
writeFileSync(join(folder, 'conf/keys/empty.pem'), '\n');

const ENV = { WALLET_PUBLIC: WALLET_PUBLIC_BASE64 };
const GOOD: Readonly<Record<string, string>> = {
  provider: 'wallet',
  merchantId: "'0042'",
  clientId: 'SHOP-1',
  baseUrl: 'https://wallet.example.com/',
  privateKey: '{ file: keys/ours.pem }',
  walletPublicKey: '{ env: WALLET_PUBLIC }',
  authorisationWindow: '7d',
};

/** An account with these keys changed; an empty text leaves the key out. */
function account(name: string, changes: Readonly<Record<string, string>> = {}): string {
  const keys = Object.entries({ ...GOOD, ...changes }).filter(([, value]) => value !== '');
  return `${name}:\n${keys.map(([key, value]) => `  ${key}: ${value}\n`).join('')}`;
}

function load(yaml: string): ReturnType<typeof loadAccounts> {
  writeFileSync(join(folder, 'conf/accounts.yaml'), yaml);
  return loadAccounts('conf/accounts.yaml', { cwd: folder, env: ENV });
}

function problemsOf(yaml: string): string[] {
  return load(yaml).problems.map(({ place, text }) => `${place}: ${text}`);
}

describe('loadAccounts', () => {
  it('reads an account, its keys from a file beside it and from a variable, and its defaults', () => {
    const { accounts, problems } = load(account('main'));
    assert.deepEqual(problems, []);
    const [main, ...others] = accounts;
    assert.ok(main?.provider === 'wallet');
    assert.deepEqual(others, []);
    const { privateKey, walletPublicKey, ...rest } = main;
    assert.ok(privateKey.equals(ours.privateKey));
    assert.ok(walletPublicKey.equals(wallets.publicKey));
    assert.deepEqual(rest, {
      name: 'main',
      provider: 'wallet',
      merchantId: '0042',
      clientId: 'SHOP-1',
      baseUrl: 'https://wallet.example.com',
      authorisationWindowMs: 604_800_000,
      keyVersion: '1',
      signatureUrlEncoded: false,
      requireSignedAnswers: true,
      timeoutMs: 25_000,
      maxInFlight: 100,
      rateLimit: null,
      rateBurst: null,
      previousKeys: [],
      notifySources: [],
    });
  });

  it('reads what is given in place of a default', () => {
    const { accounts } = load(
      account('main', {
        keyVersion: '3',
        signatureUrlEncoded: 'true',
        requireSignedAnswers: 'false',
        timeout: '5s',
        maxInFlight: '7',
      }),
    );
    const [main] = accounts;
    assert.ok(main?.provider === 'wallet');
    assert.deepEqual(
      [
        main.keyVersion,
        main.signatureUrlEncoded,
        main.requireSignedAnswers,
        main.timeoutMs,
        main.maxInFlight,
      ],
      ['3', true, false, 5_000, 7],
    );
  });

  it('reads a rate limit, whose burst is one second’s worth unless it is given', () => {
    const rateOf = (keys: Readonly<Record<string, string>>): unknown => {
      const [main] = load(account('main', keys)).accounts;
      return [main?.rateLimit, main?.rateBurst];
    };
    assert.deepEqual(rateOf({ rateLimit: '50' }), [50, 50]);
    assert.deepEqual(rateOf({ rateLimit: '2.5' }), [2.5, 3]);
    assert.deepEqual(rateOf({ rateLimit: '0.1' }), [0.1, 1]);
    assert.deepEqual(rateOf({ rateLimit: '50', rateBurst: '5' }), [50, 5]);
  });

  it('refuses a rate limit that is none, and a burst without one, beside what else is wrong', () => {
    for (const rateLimit of ['0', '0.01', '10001', '-1', '.nan', "'50'"])
      assert.match(
        problemsOf(account('main', { rateLimit })).join(),
        /main\.rateLimit: must be a number of calls a second, from 0\.1 to 10000/,
      );
    const problems = problemsOf(account('main', { rateBurst: '5', timeout: '25' })).join();
    assert.match(problems, /main\.rateBurst: has no effect without rateLimit/);
    assert.match(problems, /main\.timeout/);
    assert.match(
      problemsOf(account('main', { rateLimit: '5', rateBurst: '0.5' })).join(),
      /main\.rateBurst: must be a whole/,
    );
  });

  it('takes plain http to this machine only', () => {
    for (const url of ['http://localhost:8080', 'http://127.0.0.1:8080', "'http://[::1]:8080'"])
      assert.deepEqual(problemsOf(account('main', { baseUrl: url })), [], url);
    assert.match(
      problemsOf(account('main', { baseUrl: 'http://wallet.example.com' })).join(),
      /main\.baseUrl: begins with http:\/\/, which is not encrypted/,
    );
    assert.match(
      problemsOf(account('main', { baseUrl: 'http://127.0.0.1.evil.example' })).join(),
      /not encrypted/,
    );
  });

  it('refuses a base URL with more than an origin', () => {
    assert.match(problemsOf(account('main', { baseUrl: 'https://w.example/v1' })).join(), /has a path/);
    assert.match(problemsOf(account('main', { baseUrl: 'https://w.example/?a=1' })).join(), /no \? or #/);
    assert.match(problemsOf(account('main', { baseUrl: 'w.example' })).join(), /is not a URL/);
    const credentials = problemsOf(account('main', { baseUrl: 'https://me:hunter2@w.example' })).join();
    assert.match(credentials, /user or password/);
    assert.doesNotMatch(credentials, /hunter2/);
  });

  it('tells every problem of every account at once, each with its line', () => {
    const problems = problemsOf(
      account('main', { merchantId: '42', baseURL: 'https://x', timeout: '25', authorisationWindow: '' }) +
        account('other', {
          merchantId: "'7'",
          clientId: 'SHOP-2',
          privateKey: '{ file: keys/none.pem }',
          walletPublicKey: '{ env: NOPE_KEY }',
        }),
    );
    const path = join(folder, 'conf/keys/none.pem');
    assert.deepEqual(problems.toSorted(), [
      'conf/accounts.yaml:15: other.privateKey: the file ' + path + " can't be read: there is no such file",
      'conf/accounts.yaml:16: other.walletPublicKey: the variable NOPE_KEY is not set',
      'conf/accounts.yaml:1: main.authorisationWindow: is missing',
      'conf/accounts.yaml:3: main.merchantId: must be text: put it in quotes',
      'conf/accounts.yaml:8: main.baseURL: is no key of such an account: did you mean baseUrl?',
      'conf/accounts.yaml:9: main.timeout: 25 is no duration: write a whole number and ms, s, m, h or d (25s)',
    ]);
  });

  it('looks at all of an account whatever is wrong with its provider', () => {
    const wrong = {
      merchantId: '42',
      timeout: '25',
      baseURL: 'https://x',
      privateKey: '{ file: keys/none.pem }',
    };
    const told = (provider: string): string[] => problemsOf(account('main', { ...wrong, provider }));
    const common = [
      /:3: main\.merchantId: must be text/,
      /:9: main\.timeout: 25 is no duration/,
      /:10: main\.baseURL: is no key of such an account: did you mean baseUrl\?/,
    ];
    for (const [provider, expected] of [
      [
        'Wallet',
        [
          /:2: main\.provider: is not one of: wallet, yabandpay, payermax; did you mean wallet\?$/m,
          ...common,
          /:6: main\.privateKey: the file/,
        ],
      ],
      ['paypal', [/:2: main\.provider: is not one of: wallet, yabandpay, payermax$/m, ...common]],
    ] as const) {
      const problems = told(provider);
      assert.equal(problems.length, expected.length, problems.join('\n'));
      for (const pattern of expected) assert.match(problems.join('\n'), pattern);
    }
    assert.match(told('').join('\n'), /main\.provider: is missing: write wallet.*\n.*merchantId/);
  });

  it('compares the two keys of an account whatever else is wrong with it', () => {
    const problems = problemsOf(
      account('main', { walletPublicKey: '{ file: keys/own-public.pem }', timeout: '25' }),
    );
    assert.equal(problems.length, 2);
    assert.match(problems.join('\n'), /main\.walletPublicKey: belongs to this account's own privateKey/);
  });

  it('tells what is wrong with the YAML together with what is wrong with the accounts, once a line', () => {
    const problems = problemsOf(
      `${account('main', { privateKey: '*hunter2', clientId: '!hunter2', timeout: '25' })}  timeout: 25s\n---\n`,
    );
    assert.deepEqual(
      problems.map((problem) => problem.replace(/^conf\/accounts\.yaml:/, '').slice(0, 16)),
      ['4: has a tag (!)', '6: has an alias ', '10: main.timeout', '11: begins a sec'],
    );
    assert.doesNotMatch(problems.join(), /hunter2/);
    const wrong = problemsOf(account('main', { privateKey: '*hunter2', merchantId: '42' }));
    assert.deepEqual(
      wrong.map((problem) => problem.slice(0, 30)),
      ['conf/accounts.yaml:6: has an a', 'conf/accounts.yaml:3: main.mer'],
    );
  });

  it('tells what is wrong with both of two accounts of one name', () => {
    const problems = problemsOf(
      account('main', { merchantId: '42', timeout: '25', maxInFlight: '0' }) +
        account('main', { baseUrl: 'x' }),
    );
    assert.deepEqual(
      problems.map((problem) => problem.slice('conf/accounts.yaml:'.length, 38)).toSorted(),
      [
        '11: main: stands in',
        '15: main.baseUrl: i',
        '3: main.merchantId:',
        '9: main.timeout: 25',
        '10: main.maxInFligh',
      ].toSorted(),
    );
  });

  it('names the line of an account whose key is no text', () => {
    assert.deepEqual(problemsOf(`# first\n${account('1001', { timeout: '25' })}`), [
      'conf/accounts.yaml:10: 1001.timeout: 25 is no duration: write a whole number and ms, s, m, h or d (25s)',
    ]);
    assert.match(
      problemsOf(`\n${account('~')}`).join(),
      /^conf\/accounts\.yaml:2: "": an account name has letters/,
    );
  });

  it('tells a number far out of bounds once', () => {
    for (const keyVersion of ['99999999999999999999', '1.5', '0', '.nan', 'x'])
      assert.deepEqual(problemsOf(account('main', { keyVersion })), [
        'conf/accounts.yaml:9: main.keyVersion: must be a whole number from 1 to 999999999',
      ]);
  });

  it('says that accounts below a key of their own stand at the top level, and checks them', () => {
    const nested = account('main', { merchantId: '42' }).replaceAll(/^/gm, '  ').trimEnd();
    assert.deepEqual(problemsOf(`accounts:\n${nested}\n`), [
      'conf/accounts.yaml:1: accounts: holds accounts: they stand at the top level of the file, without a key above them',
      'conf/accounts.yaml:4: accounts.main.merchantId: must be text: put it in quotes',
    ]);
  });

  it('never shows a secret that stands in the place of a path or of a variable', () => {
    for (const reference of ['{ file: hunter2secret }', '{ env: hunter2secret }', '{ env: constructor }']) {
      const text = problemsOf(account('main', { privateKey: reference })).join();
      assert.match(
        text,
        /main\.privateKey: names no (file|variable) .*not shown, in case it is the secret itself/,
      );
      assert.doesNotMatch(text, /hunter2/);
    }
  });

  it('refuses two accounts of one merchant, also when something else is wrong', () => {
    const problems = problemsOf(account('main') + account('alias') + account('third', { clientId: '' }));
    assert.equal(problems.filter((text) => text.includes("is account main's merchant already")).length, 2);
    assert.deepEqual(
      problemsOf(account('main') + account('other', { merchantId: "'43'", clientId: 'another' })),
      [],
    );
    const cased =
      account('main', { merchantId: 'Shop' }) + account('alias', { merchantId: 'SHOP', clientId: 'b' });
    assert.match(
      problemsOf(cased).join(),
      /alias\.merchantId: is account main's merchant already: one account a merchant$/,
    );
  });

  it('refuses two merchants with one client id: the provider would take them for one', () => {
    const problems = problemsOf(account('main') + account('other', { merchantId: "'43'" }));
    assert.equal(problems.length, 1);
    assert.match(problems.join(), /other\.clientId: is account main's client already/);
  });

  it('never shows a key that was written into the file', () => {
    const secret = PRIVATE_PEM.split('\n')[1] ?? '';
    const block = `|\n${PRIVATE_PEM.split('\n')
      .map((line) => `    ${line}`)
      .join('\n')}`;
    for (const privateKey of [
      secret,
      block,
      `{ pem: ${secret} }`,
      `{ file: keys/ours.pem, env: ${secret} }`,
      '[]',
    ]) {
      const text = problemsOf(account('main', { privateKey })).join('\n');
      assert.match(text, /main\.privateKey: must be \{ file: path \} or \{ env: NAME \}/);
      assert.doesNotMatch(text, new RegExp(secret.slice(0, 24).replaceAll('+', '\\+')));
    }
  });

  it('refuses keys of the wrong kind, naming the account and the key', () => {
    assert.match(
      problemsOf(account('main', { privateKey: '{ file: keys/own-public.pem }' })).join(),
      /main\.privateKey: the file .*own-public\.pem is a public key/,
    );
    assert.match(
      problemsOf(account('main', { walletPublicKey: '{ file: keys/own-public.pem }' })).join(),
      /main\.walletPublicKey: belongs to this account's own privateKey/,
    );
    assert.match(problemsOf(account('main', { privateKey: '{ file: keys/empty.pem }' })).join(), /is empty/);
    assert.match(problemsOf(account('main', { privateKey: '{ file: keys }' })).join(), /it is a folder/);
    assert.match(
      problemsOf(account('main', { privateKey: '{ env: CAPTURE_WORKER_KEY }' })).join(),
      /give the secret another name/,
    );
  });

  it('refuses providers and account names that it does not know', () => {
    assert.match(
      problemsOf(account('main', { provider: 'paypal' })).join(),
      /main\.provider: is not one of: wallet/,
    );
    assert.match(
      problemsOf(account('main', { provider: 'toString' })).join(),
      /main\.provider: is not one of: wallet/,
    );
    assert.match(
      problemsOf(account('main', { provider: '' })).join(),
      /main\.provider: is missing: write wallet/,
    );
    for (const name of ["'my account'", '__proto__', '-a', 'a'.repeat(65)])
      assert.match(problemsOf(account(name)).join(), /an account name has letters/, name);
    assert.match(
      problemsOf(account('main', { ['__proto__']: '1' })).join(),
      /main\.__proto__: is no key of such an account/,
    );
    assert.match(problemsOf('main: wallet\n').join(), /main: must be a map/);
  });

  it('refuses a file without accounts, that is no YAML, or that is not there', () => {
    for (const empty of ['', '{}', '[]', 'wallet', '# nothing yet\n'])
      assert.match(problemsOf(empty).join(), /conf\/accounts\.yaml:1: must map at least one account/, empty);
    assert.match(problemsOf('main: {\n').join(), /conf\/accounts\.yaml:2: /);
    for (const mark of ['\ufeff', '']) {
      writeFileSync(join(folder, 'utf-16.yaml'), Buffer.from(mark + account('main'), 'utf16le'));
      const { problems: of16 } = loadAccounts('utf-16.yaml', { cwd: folder, env: {} });
      assert.deepEqual(of16, [
        { place: 'utf-16.yaml', text: "can't be read: it is UTF-16: save it as UTF-8" },
      ]);
    }
    for (const place of ['./none.yaml', 'conf/none.yaml', './accounts.yaml'])
      assert.deepEqual(loadAccounts(place, { cwd: folder, env: {} }).problems, [
        {
          place,
          text: "can't be read: there is no such file; accounts.example.yaml shows what belongs in it",
        },
      ]);
    // The default can be shown wherever it would lie.
    assert.equal(
      loadAccounts('./accounts.yaml', { cwd: '/', env: {} }).problems[0]?.place,
      './accounts.yaml',
    );
    for (const secret of ['hunter2', 'hunter2/', '/hunter2', 'hunter2/x', '../../../../../../../../hunter2'])
      assert.deepEqual(loadAccounts(secret, { cwd: folder, env: {} }).problems, [
        {
          place: 'CAPTURE_WORKER_ACCOUNTS_FILE',
          text: `names no file that exists (not shown, in case it is the secret itself); relative paths begin in ${folder}; accounts.example.yaml shows what belongs in it`,
        },
      ]);
  });
});
