import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { captureIdOf } from '../../../src/capture/ids.js';
import { createParkedNotifications } from '../../../src/store/parked-notifications.js';
import { isEvidence } from '../../../src/worker/notified.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { aNotification, TOLD_CAPTURED } from '../../support/notifications.js';
import { captureOfPayment } from '../../support/store.js';

describe('notifications list --parked', () => {
  let database: TestDatabase;
  const names = ['first', 'second', 'third'];
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  function list(...args: string[]): Promise<Told> {
    return runCli(['notifications', 'list', ...args], { DATABASE_URL: database.url });
  }

  it('says so if none waits', async () => {
    assert.deepEqual(await list('--parked'), { code: 0, out: '0 shown of 0\n', err: '' });
  });

  it('lists what waits, the oldest first, and how many', async () => {
    const parked = createParkedNotifications({ pool: database.pool });
    for (const name of names) {
      const money = { amount: 150_000n, currency: 'IQD' };
      const notification = aNotification({ ...TOLD_CAPTURED, money }, captureOfPayment(name));
      assert.ok(isEvidence(notification));
      await parked.park(notification);
      // So that each has an age of its own, by the database's clock.
      await database.pool.query('select pg_sleep(0.002)');
    }
    const { code, out, err } = await list('--parked', '--limit', '2');
    assert.deepEqual([code, err], [0, '']);
    const lines = out.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^ *waits +provider +account +reference +says +amount +code +notification$/);
    assert.match(lines[1] ?? '', /ms +wallet +shop +first +captured +150\.000 IQD +CODE +[0-9a-f]{12}$/);
    assert.match(lines[2] ?? '', / second /);
    assert.equal(lines.at(-1), '2 shown of 3');
  });

  it('prints one JSON document', async () => {
    const { code, out } = await list('--parked', '--json');
    assert.equal(code, 0);
    const { total, notifications } = JSON.parse(out) as {
      total: number;
      notifications: { captureReference: string; captureId: string; amount: string; parkedAt: string }[];
    };
    assert.equal(total, 3);
    assert.deepEqual(
      notifications.map(({ captureReference }) => captureReference),
      names,
    );
    const [first] = notifications;
    assert.equal(first?.captureId, captureIdOf(captureOfPayment('first')));
    assert.equal(first.amount, '150000');
  });

  it('wants to be told which, with 2', async () => {
    const { code, out, err } = await list();
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /say which notifications: --parked/);
  });
});
