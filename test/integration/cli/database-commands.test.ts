import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Finding } from '../../../src/capture/evidence.js';
import { attemptIdOf, eventIdOf } from '../../../src/capture/ids.js';
import { CAPTURED } from '../../support/captures.js';
import type { Told } from '../../support/cli.js';
import { runCli, spawnCli } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import type { PieceOptions } from '../../support/store.js';
import {
  captureOfPayment,
  CAPTURED_WRONGLY,
  captures,
  claimOf,
  pieceOf,
  testStore,
} from '../../support/store.js';

describe('migrate', () => {
  it('brings an empty database to the schema, says what it applied, and nothing the second time', async () => {
    const database = await createTestDatabase({ migrated: false });
    try {
      const env = { DATABASE_URL: database.url };
      const before = await runCli(['captures', 'list'], env);
      assert.equal(before.code, 4);
      assert.match(before.err, /lacks the migrations .*run `capture-worker migrate`\n$/);

      const first = await runCli(['migrate'], env);
      assert.deepEqual([first.code, first.err], [0, '']);
      assert.match(first.out, /^applied 0001_captures$/m);

      assert.deepEqual(await runCli(['migrate'], env), {
        code: 0,
        out: 'the database is up to date\n',
        err: '',
      });
      assert.deepEqual(await runCli(['captures', 'list'], env), { code: 0, out: '0 shown of 0\n', err: '' });
    } finally {
      await database.drop();
    }
  });

  it('refuses a database of a later version, with 4', async () => {
    const database = await createTestDatabase();
    try {
      await database.pool.query(`insert into schema_migrations (name, run_on) values ('9999_future', now())`);
      for (const command of [['migrate'], ['captures', 'list']]) {
        const { code, err } = await runCli(command, { DATABASE_URL: database.url });
        assert.equal(code, 4);
        assert.match(err, /migrated by a later version \(9999_future\)/);
      }
    } finally {
      await database.drop();
    }
  });
});

describe('a database that refuses the parameters of its URL', () => {
  it('ends a command with 4, and names them', async () => {
    const database = await createTestDatabase();
    try {
      for (const parameters of ['options=-c%20no_such%3D1', 'options=-c%20work_mem%3Dx', 'options=-z']) {
        const env = { DATABASE_URL: `${database.url}?${parameters}` };
        const { code, out, err } = await runCli(['captures', 'list'], env);
        assert.deepEqual([code, out], [4, ''], err);
        assert.match(
          err,
          /refused the connection, .*; mend the parameters of DATABASE_URL, such as options\n$/,
        );
      }
    } finally {
      await database.drop();
    }
  });
});

describe('looking at captures', () => {
  let database: TestDatabase;
  const succeeded = captureOfPayment('succeeded');
  const pending = captureOfPayment('pending', {
    account: 'other',
    money: { amount: 2_499n, currency: 'USD' },
    authorisedAmount: 2_499n,
  });
  const planned = captureOfPayment('planned');

  before(async () => {
    database = await createTestDatabase();
    const store = testStore(database.pool);
    for (const capture of [succeeded, pending, planned]) {
      await store.claim([claimOf(capture, capture === planned ? { start: null } : {})]);
      // So that each has an age of its own, by the database's clock.
      await database.pool.query('select pg_sleep(0.002)');
    }
    await store.record([
      { captureId: succeeded.captureId, pieces: [pieceOf(succeeded.captureId, CAPTURED)] },
      { captureId: pending.captureId, pieces: [pieceOf(pending.captureId, { is: 'unknown' })] },
    ]);
  });
  after(() => database.drop());

  function cli(...args: string[]): Promise<Told> {
    return runCli(['captures', ...args], { DATABASE_URL: database.url });
  }

  /** The payments listed, in order, and what is said of their number. */
  async function listed(...args: string[]): Promise<[payments: string[], total: number | null]> {
    const { code, out, err } = await cli('list', ...args, '--json');
    assert.deepEqual([code, err], [0, '']);
    const { captures, total } = JSON.parse(out) as {
      captures: { paymentId: string }[];
      total: number | null;
    };
    return [captures.map(({ paymentId }) => paymentId), total];
  }

  describe('captures show', () => {
    for (const [kind, id] of [
      ['capture', succeeded.captureId],
      ['order', succeeded.orderId],
      ['payment', succeeded.paymentId],
      ['request', succeeded.requestId],
      ['attempt', attemptIdOf(succeeded.captureId, 1)],
      ['published event', eventIdOf(succeeded.captureId, 1)],
      ["provider's capture", 'provider-capture-1'],
    ] as const) {
      it(`tells the whole story by the id of the ${kind}`, async () => {
        const { code, out, err } = await cli('show', id);
        assert.deepEqual([code, err], [0, '']);
        assert.ok(out.startsWith(`capture ${succeeded.captureId}: succeeded, 150.000 IQD\n`), out);
        for (const what of ['claimed', 'attempt 1', 'evidence', 'event 1'])
          assert.match(out, new RegExp(`Z {2}\\+\\S+ +${what} `), out);
      });
    }

    it('says what a pending capture waits for, with its money in its own decimals', async () => {
      const { out } = await cli('show', pending.paymentId);
      assert.match(out, /: pending \(unknown\), 24\.99 USD$/m);
      assert.match(out, /^ {2}next +inquire, due /m);
      assert.match(out, /capture\.pending, NOT YET PUBLISHED/);
    });

    it('gives all there is as JSON', async () => {
      const { out } = await cli('show', pending.paymentId, '--json');
      const { captures } = JSON.parse(out) as {
        captures: {
          capture: { captureId: string; money: { amount: string } };
          attempts: unknown[];
          evidence: { evidence: { raw: string } }[];
          events: { type: string }[];
        }[];
      };
      const [story] = captures;
      assert.equal(story?.capture.captureId, pending.captureId);
      assert.equal(story.capture.money.amount, '2499');
      assert.equal(story.attempts.length, 1);
      assert.equal(story.evidence[0]?.evidence.raw, '{}');
      assert.equal(story.events[0]?.type, 'capture.pending');
    });

    it('ends with 6 when nothing is known by the id, and says what was searched', async () => {
      const { code, out, err } = await cli('show', "nothing'; drop table captures; --");
      assert.deepEqual([code, out], [6, '']);
      assert.match(
        err,
        /^No capture is known by "nothing'; drop table captures; --": searched as the id of a capture, order,/,
      );
    });

    it('tells several stories of one order, and lists them when they are many', async () => {
      const own = await createTestDatabase();
      try {
        const store = testStore(own.pool);
        const env = { DATABASE_URL: own.url };
        const basket = captures('basket', 11).map((capture) => ({ ...capture, orderId: 'a basket' }));
        await store.claim(basket.slice(0, 2).map((capture) => claimOf(capture)));
        const few = await runCli(['captures', 'show', 'a basket'], env);
        assert.equal([...few.out.matchAll(/^capture [0-9a-f-]{36}: sending/gm)].length, 2);
        await store.claim(basket.slice(2).map((capture) => claimOf(capture)));
        const many = await runCli(['captures', 'show', 'a basket'], env);
        assert.equal([...many.out.matchAll(/ a basket /g)].length, 11);
        assert.match(many.out, /name one of them by its own\.\n$/);
      } finally {
        await own.drop();
      }
    });
  });

  describe('captures list', () => {
    it('lists the newest first, as a table with its total', async () => {
      const { code, out, err } = await cli('list');
      assert.deepEqual([code, err], [0, '']);
      const lines = out.trimEnd().split('\n');
      assert.match(lines[0] ?? '', /^claimed +state +amount +account +order +payment +capture$/);
      assert.match(lines[1] ?? '', / planned +150\.000 IQD {2}shop .* planned /);
      assert.match(lines[2] ?? '', / pending \(unknown\) +24\.99 USD {2}other .* pending /);
      assert.match(lines[3] ?? '', / succeeded +150\.000 IQD {2}shop .* succeeded /);
      assert.equal(lines.at(-1), '3 shown of 3');
    });

    it('filters, and counts what fits the filter', async () => {
      assert.deepEqual(await listed('--state', 'pending'), [['pending'], 1]);
      assert.deepEqual(await listed('--state', 'failed'), [[], 0]);
      assert.deepEqual(await listed('--account', 'shop'), [['planned', 'succeeded'], 2]);
      assert.deepEqual(await listed('--account', 'shop', '--state', 'succeeded'), [['succeeded'], 1]);
      assert.deepEqual(await listed('--provider', 'wallet'), [['planned', 'pending', 'succeeded'], 3]);
      assert.deepEqual(await listed('--provider', 'payermax'), [[], 0]);
    });

    it('lists what waits for a person, and what is contradicted', async () => {
      assert.deepEqual(await listed('--review'), [[], 0]);
      assert.deepEqual(await listed('--contradicted'), [[], 0]);
      const own = await createTestDatabase();
      try {
        const store = testStore(own.pool);
        const [contradicted, inReview] = captures('wrong', 2);
        assert.ok(contradicted !== undefined && inReview !== undefined);
        await store.claim([contradicted, inReview].map((capture) => claimOf(capture)));
        const record = (captureId: string, finding: Finding, options: PieceOptions = {}): Promise<unknown> =>
          store.record([{ captureId, pieces: [pieceOf(captureId, finding, options)] }]);
        await record(contradicted.captureId, CAPTURED);
        const notice: PieceOptions = { kind: 'notification', attempt: null };
        await record(contradicted.captureId, { is: 'declined', category: 'funds' }, notice);
        await record(inReview.captureId, CAPTURED_WRONGLY);
        const env = { DATABASE_URL: own.url };
        const reviewed = await runCli(['captures', 'list', '--review'], env);
        assert.match(reviewed.out, / pending \(integrity_mismatch\) REVIEW .* wrong-1 [^]*\n1 shown of 1\n$/);
        const doubted = await runCli(['captures', 'list', '--contradicted'], env);
        assert.match(doubted.out, / succeeded contradicted since \S+Z .* wrong-0 [^]*\n1 shown of 1\n$/);
        const shown = await runCli(['captures', 'show', 'wrong-0'], env);
        assert.match(shown.out, /^ {2}CONTRADICTED +since \S+Z: /m);
      } finally {
        await own.drop();
      }
    });

    it('gives as JSON all but the bodies, which hold what customers told', async () => {
      const { out } = await cli('list', '--state', 'pending', '--json');
      const { captures } = JSON.parse(out) as { captures: Record<string, unknown>[] };
      const [capture] = captures;
      assert.deepEqual(capture?.['money'], { amount: '2499', currency: 'USD' });
      assert.equal(capture['captureId'], pending.captureId);
      assert.equal('body' in capture, false);
    });

    it('goes on below the last one of a page', async () => {
      assert.deepEqual(await listed('--limit', '2'), [['planned', 'pending'], 3]);
      assert.deepEqual(await listed('--limit', '2', '--before', pending.captureId), [['succeeded'], 3]);
      const { code, err } = await cli('list', '--before', pending.paymentId);
      assert.equal(code, 6);
      assert.match(err, /--before names/);
    });

    it('ends quietly when nobody reads on', async () => {
      const process = spawnCli(['captures', 'list'], { DATABASE_URL: database.url });
      process.stopReading();
      assert.equal(await process.ended, 0);
      assert.equal(process.err(), '');
    });
  });
});
