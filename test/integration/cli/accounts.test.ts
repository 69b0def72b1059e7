import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Command } from 'commander';
import { addAccountsPause } from '../../../src/cli/accounts-pause.js';
import { hasCode } from '../../../src/errors.js';
import type { CaptureStore } from '../../../src/ports/store.js';
import type { AccountsFolder, Told } from '../../support/cli.js';
import { accountsFolder, runCli } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { captureOfPayment, claimOf, numberOf, rowsOf, testStore } from '../../support/store.js';

const BECAUSE = ['--reason', 'wrong prices'];

describe('accounts pause, resume, list and history', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  let files: AccountsFolder;
  before(async () => {
    [database, files] = await Promise.all([createTestDatabase(), accountsFolder()]);
    store = testStore(database.pool);
  });
  beforeEach(() => database.pool.query('delete from account_pauses'));
  after(() => Promise.all([database.drop(), files.remove()]));

  function accounts(args: readonly string[], cwd = files.folder): Promise<Told> {
    return runCli(['accounts', ...args], { DATABASE_URL: database.url, USER: 'ann' }, cwd);
  }

  it('pauses one that is configured, tells what waits and what is under way, and lists it', async () => {
    const [claimed] = await store.claim([claimOf(captureOfPayment('under-way'))]);
    await store.claim([claimOf(captureOfPayment('waits'), { start: null })]);
    const { code, out, err } = await accounts(['pause', 'shop', ...BECAUSE]);
    assert.deepEqual([code, err], [0, '']);
    const until = claimed?.capture.leaseUntil?.toISOString() ?? '';
    const lines = out.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^Account shop is paused since \S+Z by ann: wrong prices$/);
    assert.ok(
      lines[1]?.startsWith(
        `Sends that were started before and are under way: 1, the last until ${until} (in `,
      ),
    );
    assert.equal(lines[2], 'Captures that wait to be sent: 1.');

    const listed = await accounts(['list']);
    assert.equal(listed.code, 0);
    assert.match(listed.out, /^account +waiting +under way +paused for +since +by +reason$/m);
    assert.match(listed.out, /^shop +1 +1 +\S+ +\S+Z +ann +wrong prices$/m);
    assert.match(listed.out, /^1 paused of 1$/m);
  });

  it('says so if it was paused already, and leaves that pause and the record as they are', async () => {
    await accounts(['pause', 'shop', ...BECAUSE]);
    const entries = "select count(*) from operator_actions where action = 'accounts pause'";
    const before = await numberOf(database.pool, entries);
    const { code, out } = await accounts(['pause', 'shop', '--reason', 'another', '--by', 'bob']);
    assert.equal(code, 0);
    assert.match(
      out,
      /^Account shop was paused already, and that pause stands, since \S+ by ann: wrong prices$/m,
    );
    assert.equal(await numberOf(database.pool, entries), before);
  });

  it('resumes, tells how many are due, and puts down who did it', async () => {
    await accounts(['pause', 'shop', ...BECAUSE]);
    const { code, out, err } = await accounts(['resume', 'shop', '--reason', 'mended', '--by', 'bob']);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^Account shop is resumed after \S+; it was paused by ann: wrong prices$/m);
    assert.match(out, /^Captures that waited to be sent, and are due within seconds: 1\.$/m);
    const [last] = await rowsOf(
      database.pool,
      'select who, action, account, reason from operator_actions order by at desc limit 1',
    );
    assert.deepEqual(last, { who: 'bob', action: 'accounts resume', account: 'shop', reason: 'mended' });
    const again = await accounts(['resume', 'shop', ...BECAUSE]);
    assert.deepEqual(again, { code: 0, out: "Account shop isn't paused; nothing was changed.\n", err: '' });
  });

  it('prints JSON', async () => {
    const paused = JSON.parse((await accounts(['pause', 'shop', ...BECAUSE, '--json'])).out) as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [paused['already'], paused['waiting'], paused['underWay'], paused['unsettled']],
      [false, 1, 1, []],
    );
    const { out } = await accounts(['list', '--paused', '--json']);
    const { accounts: listed } = JSON.parse(out) as {
      accounts: { account: string; pause: { reason: string } }[];
    };
    assert.deepEqual(
      listed.map(({ account, pause }) => [account, pause.reason]),
      [['shop', 'wrong prices']],
    );
    const resumed = JSON.parse((await accounts(['resume', 'shop', ...BECAUSE, '--json'])).out) as {
      due: number;
    };
    assert.equal(resumed.due, 1);
  });

  it('tells who paused and resumed one and why, the newest first, and of one that never was that it never was', async () => {
    await store.claim([claimOf(captureOfPayment('told', { account: 'told' }))]);
    assert.deepEqual(await accounts(['history', 'told']), {
      code: 0,
      out: 'Account told was never paused.\n',
      err: '',
    });
    await accounts(['pause', 'told', ...BECAUSE]);
    await accounts(['resume', 'told', '--reason', 'mended', '--by', 'bob']);
    await accounts(['pause', 'shop', '--reason', 'of another account']);
    const { code, out, err } = await accounts(['history', 'told']);
    assert.deepEqual([code, err], [0, '']);
    const [titles, ...rows] = out.trimEnd().split('\n');
    assert.match(titles ?? '', /^at +action +by +reason$/);
    assert.deepEqual(
      rows.map((row) => row.split(/ {2,}/).slice(1)),
      [
        ['accounts resume', 'bob', 'mended'],
        ['accounts pause', 'ann', 'wrong prices'],
      ],
    );
    const { actions } = JSON.parse((await accounts(['history', 'told', '--limit', '1', '--json'])).out) as {
      actions: { action: string; changedTo: string }[];
    };
    assert.deepEqual(
      actions.map(({ action, changedTo }) => [action, changedTo]),
      [['accounts resume', 'in use']],
    );
  });

  for (const command of ['pause', 'resume', 'history']) {
    it(`refuses to ${command} an account that nobody knows, with 6`, async () => {
      const because = command === 'history' ? [] : BECAUSE;
      const { code, out, err } = await accounts([command, 'shpo', ...because]);
      assert.deepEqual([code, out], [6, '']);
      assert.match(
        err,
        /No account "shpo" is known: the accounts file has "shop", and no capture belongs to it/,
      );
      assert.equal(await numberOf(database.pool, 'select count(*) from account_pauses'), 0);
    });
  }

  it('pauses one that has captures and is not configured here, also without an accounts file', async () => {
    await store.claim([claimOf(captureOfPayment('elsewhere', { account: 'elsewhere' }))]);
    assert.equal((await accounts(['pause', 'elsewhere', ...BECAUSE], '/')).code, 0);
    const unknown = await accounts(['pause', 'nobody', ...BECAUSE], '/');
    assert.equal(unknown.code, 6);
    assert.match(unknown.err, /the accounts file can't be read: there is no such file/);
    const { code, out, err } = await accounts(['list'], '/');
    assert.equal(code, 0);
    assert.match(out, /^elsewhere /m);
    assert.match(err, /^Only paused accounts are listed, since the accounts file can't be read/);
  });

  it('ends with NOT_IN_TIME, and names who is in the way, if an earlier transaction does not end', async () => {
    const held = await database.anotherPool(1).connect();
    try {
      await held.query('begin');
      await held.query("select from account_pauses where account = 'shop' for key share");
      const told: string[] = [];
      const program = new Command().exitOverride();
      const env = { DATABASE_URL: database.url, USER: 'ann' };
      const io = {
        env,
        cwd: files.folder,
        out: (text: string) => void told.push(text),
        err: () => undefined,
      };
      addAccountsPause(program, io, 100);
      await assert.rejects(program.parseAsync(['pause', 'shop', ...BECAUSE], { from: 'user' }), (error) => {
        assert.ok(hasCode(error, 'NOT_IN_TIME'));
        assert.match(
          String(error),
          /process \d+ of capture-worker test, open since \S+Z\. Run this command again/,
        );
        return true;
      });
      assert.match(told.join(''), /^Account shop is paused since/, 'it is paused all the same');
    } finally {
      await held.query('rollback');
      held.release();
    }
  });

  const misuses: [string, readonly string[], RegExp][] = [
    ['no reason', ['pause', 'shop'], /say why with --reason/],
    ['a blank reason', ['pause', 'shop', '--reason', '  '], /It must not be blank/],
    ['a reason of many lines', ['resume', 'shop', '--reason', 'one\ntwo'], /one line of text/],
    [
      'a reason without end',
      ['pause', 'shop', '--reason', 'x'.repeat(501)],
      /It has 501 characters, and at most 500/,
    ],
    ['nobody', ['pause', 'shop', ...BECAUSE, '--by', ''], /It must not be blank/],
  ];
  for (const [what, args, words] of misuses) {
    it(`refuses ${what}, with 2`, async () => {
      const { code, out, err } = await accounts(args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, words);
    });
  }
});
