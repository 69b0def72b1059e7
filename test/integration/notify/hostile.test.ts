import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { seeded } from '../../../dev/demo/orders.js';
import { counted, written } from '../../support/counts.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { hostileRequest } from '../../support/hostile-notifications.js';
import { NotifyRig, successOf } from '../../support/notify-rig.js';
import { numberOf } from '../../support/store.js';

const REQUESTS = counted(5_000, 100_000);
const AT_ONCE = 16;
const SEED = process.env['TEST_RANDOM_SEED'] ?? randomBytes(4).toString('hex');

describe(`strangers at the notify endpoint (TEST_RANDOM_SEED=${SEED})`, () => {
  let database: TestDatabase;
  let rig: NotifyRig;
  before(async () => {
    database = await createTestDatabase();
    rig = await NotifyRig.start(database.pool);
  });
  after(async () => {
    await rig.close();
    await database.drop();
  });

  const stored = () =>
    numberOf(
      database.pool,
      'select (select count(*) from notifications) + (select count(*) from notification_queue)',
    );

  it(`store nothing and break nothing by ${written(REQUESTS)} requests, random or nearly right`, async () => {
    const random = seeded(SEED);
    const answers = new Map<string, number>();
    const others: string[] = [];
    let left = REQUESTS;
    async function one(): Promise<void> {
      while (left > 0) {
        left -= 1;
        rig.elapsed += 1_000;
        const { posted, change } = hostileRequest(rig, random);
        const status = (await rig.send(posted, change)).slice(0, 3);
        answers.set(status, (answers.get(status) ?? 0) + 1);
        if (!['400', '401', '404', '405'].includes(status))
          others.push(`${status}: ${JSON.stringify(change)}`);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    assert.deepEqual(others, []);
    // Most got as far as the signature, so it is the signature that kept them out.
    assert.ok((answers.get('401') ?? 0) > REQUESTS / 2, JSON.stringify([...answers]));
    assert.equal(await stored(), 0);
  });

  it('break nothing by what is no HTTP, either', async () => {
    const random = seeded(`${SEED}:raw`);
    const { hostname, port } = new URL(rig.url);
    for (let count = 0; count < 100; count += 1) {
      const bytes = Buffer.from(
        Array.from({ length: 1 + Math.floor(random() * 200) }, () => Math.floor(random() * 256)),
      );
      const starts = [
        '',
        'POST /notify/wallet/shop HTTP/1.1\r\n',
        'POST /notify/wallet/shop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
      ];
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.end(Buffer.concat([Buffer.from(starts[count % 3] ?? ''), bytes]));
        });
        socket.on('error', () => undefined);
        socket.on('close', () => {
          resolve();
        });
        socket.resume();
      });
    }
    assert.equal(await stored(), 0);
  });

  it('keep no provider out', async () => {
    for (const posted of Object.values(successOf(rig, 'hostile')))
      assert.match(await rig.send(posted), /^200 /);
    assert.equal(await stored(), 6);
  });
});
