import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import type { Finding } from '../../../src/capture/evidence.js';
import type { Act } from '../../../src/capture/operator.js';
import { attemptIdOf, requestIdOf } from '../../../src/capture/ids.js';
import { word } from '../../../src/capture/operator.js';
import { nextGeneration } from '../../../src/capture/state-machine.js';
import type { CaptureStore, ClaimRequest, RecordRequest } from '../../../src/ports/store.js';
import { pauseAccount } from '../../../src/store/account-pauses.js';
import { createOperatorStore } from '../../../src/store/operator-act.js';
import { askNow } from '../../../src/store/operator-ask.js';
import { wakeInquiry } from '../../../src/store/wake.js';
import { CAPTURED, EPOCH, POLICY } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  everythingOf,
  FOLDED_AT,
  freshlyClaimed,
  freshRequest,
  timelessFold,
} from '../../support/fresh-claims.js';
import type { Sent } from '../../support/sent-statements.js';
import { recordStatements } from '../../support/sent-statements.js';
import type { PieceOptions } from '../../support/store.js';
import {
  captureOfPayment,
  CAPTURED_WRONGLY,
  claimOf,
  pieceOf,
  testEncode,
  testFold,
  testStore,
} from '../../support/store.js';

/** A database, and what is done to captures in it. */
interface Site {
  readonly database: TestDatabase;
  readonly store: CaptureStore;
}

/** What happens until the answer is there to be recorded, by whoever claimed the capture and heard of nothing else. */
type Scenario = (site: Site, capture: Capture) => Promise<RecordRequest>;

const DECLINED: Finding = { is: 'declined', category: 'funds' };
const BY_NOTIFICATION = { kind: 'notification', attempt: null } as const;

const answered = (capture: Capture, finding: Finding = CAPTURED): RecordRequest =>
  freshRequest(capture, pieceOf(capture.captureId, finding));

/** Claimed and answered, with something in between that its claimant doesn't know. */
function meanwhile(
  act: (site: Site, capture: Capture) => Promise<unknown>,
  finding: Finding = CAPTURED,
): Scenario {
  return async (site, capture) => {
    const claimed = await freshlyClaimed(site.store, capture);
    await act(site, claimed);
    return answered(claimed, finding);
  };
}

/** Claimed, planned for later, and started by the schedule. */
function deferred(act: (site: Site, capture: Capture) => Promise<unknown>): Scenario {
  return async (site, capture) => {
    await site.store.claim([claimOf(capture, { start: null })]);
    await act(site, capture);
    return answered(await startedBy(site, capture));
  };
}

async function startedBy({ store }: Site, { captureId }: Capture): Promise<Capture> {
  const [begun] = await store.start([{ captureId, leaseMs: 60_000, worker: 'worker-2' }]);
  assert.ok(begun !== undefined && begun !== null);
  return begun;
}

const told =
  (finding: Finding, options: PieceOptions) =>
  ({ store }: Site, { captureId }: Capture): Promise<unknown> =>
    store.record([{ captureId, pieces: [pieceOf(captureId, finding, options)] }]);

/** Something that only hands, or a restored database, can bring about. */
const tampered = (sql: string): Scenario =>
  meanwhile(({ database }, { captureId }) => database.pool.query(sql, [captureId]));

/** What an operator did, whatever the rules say of when they may. */
async function decided(
  { database }: Site,
  { captureId }: Capture,
  finding: Finding,
  { becomes, money }: Pick<Act, 'becomes'> & Partial<Pick<Capture, 'money'>>,
): Promise<void> {
  const operators = createOperatorStore({ pool: database.pool, fold: timelessFold, encode: testEncode });
  const isRetry = finding.is === 'retried';
  const actionId = attemptIdOf(captureId, isRetry ? 99 : 98);
  const entry = { action: 'captures resolve', who: 'alice', reason: 'seen', reference: 'ST-17' };
  const action = { captureId, actionId, ...entry };
  await database.pool.query('update captures set body = $2 where capture_id = $1 and body = $3', [
    captureId,
    requestIdOf(captureId, 1),
    '{}',
  ]);
  const acted = await operators.act(action, ({ capture, evidence }) => ({
    piece: {
      ...word({ capture, evidence, now: FOLDED_AT }, actionId, finding),
      attempt: isRetry ? capture.attempts : null,
    },
    capture: isRetry ? { ...nextGeneration(capture), ...(money && { money }) } : capture,
    becomes,
    otherwise: { refused: 'it stands otherwise' },
  }));
  assert.ok(acted !== null && 'done' in acted);
}

/** Which way a request is expected to go. */
type Way = 'in one statement' | 'refused by it, under the lock' | 'under the lock';

const SCENARIOS: readonly (readonly [what: string, way: Way, scenario: Scenario])[] = [
  ['a success', 'in one statement', meanwhile(() => Promise.resolve())],
  ['a refusal', 'in one statement', meanwhile(() => Promise.resolve(), DECLINED)],
  ...(
    ['unknown', 'in_process', 'busy', 'not_sent', 'not_processed', 'account_fault', 'id_taken'] as const
  ).map(
    (is) =>
      [
        `an answer that ends nothing: ${is}`,
        'under the lock',
        meanwhile(() => Promise.resolve(), { is }),
      ] as const,
  ),
  [
    'money that moved otherwise than asked',
    'under the lock',
    meanwhile(() => Promise.resolve(), CAPTURED_WRONGLY),
  ],
  [
    'a success, told by a notification before',
    'refused by it, under the lock',
    meanwhile(told(CAPTURED, BY_NOTIFICATION)),
  ],
  [
    'a success, contradicted by a notification before',
    'refused by it, under the lock',
    meanwhile(told(DECLINED, BY_NOTIFICATION)),
  ],
  [
    'a refusal, contradicted by a notification before',
    'refused by it, under the lock',
    meanwhile(told(CAPTURED, BY_NOTIFICATION), DECLINED),
  ],
  [
    'a success, after a notification that decides nothing',
    'refused by it, under the lock',
    meanwhile(told({ is: 'in_process' }, BY_NOTIFICATION)),
  ],
  [
    'a success, after a hint woke what was scheduled',
    'in one statement',
    meanwhile(({ database }, { captureId }) => wakeInquiry(database.pool, captureId)),
  ],
  [
    'a success, after its lapse was recorded',
    'refused by it, under the lock',
    meanwhile(told({ is: 'lapsed' }, { label: 'lapse' })),
  ],
  [
    'a success, while its lapse is being looked at',
    'in one statement',
    meanwhile(({ database }) => database.pool.query("update schedule set due_at = now() + interval '9 s'")),
  ],
  [
    'a success, after the next attempt was started',
    'refused by it, under the lock',
    meanwhile(async (site, capture) => {
      await told({ is: 'not_sent' }, { label: 'another' })(site, capture);
      await startedBy(site, capture);
    }),
  ],
  [
    'a success, after an operator resolved it as failed',
    'refused by it, under the lock',
    meanwhile((site, capture) => decided(site, capture, DECLINED, { becomes: 'failed' })),
  ],
  [
    'a refusal, after an operator resolved it as succeeded',
    'refused by it, under the lock',
    meanwhile((site, capture) => decided(site, capture, CAPTURED, { becomes: 'succeeded' }), DECLINED),
  ],
  [
    'a success, after an operator had another amount sent',
    'refused by it, under the lock',
    meanwhile(async (site, capture) => {
      await decided(site, capture, DECLINED, { becomes: 'failed' });
      const money = { ...capture.money, amount: 1_000n };
      await decided(site, capture, { is: 'retried' }, { becomes: 'planned', money });
      await startedBy(site, capture);
    }),
  ],
  [
    'a success, after an operator had it looked at at once',
    'in one statement',
    meanwhile(({ database }, { captureId }) =>
      askNow(
        database.pool,
        {
          captureId,
          actionId: attemptIdOf(captureId, 98),
          who: 'alice',
          action: 'captures inquire',
          reason: null,
          reference: null,
        },
        () => null,
      ),
    ),
  ],
  [
    'a success, after its account was paused',
    'in one statement',
    meanwhile(({ database }, { captureId }) =>
      pauseAccount(database.pool, {
        account: 'shop',
        actionId: attemptIdOf(captureId, 97),
        by: 'alice',
        reason: 'seen',
      }),
    ),
  ],
  [
    'a success, after its claim was sent again',
    'in one statement',
    async ({ store }, capture) => {
      const claim: ClaimRequest = claimOf(capture);
      await store.claim([claim]);
      const [again] = await store.claim([claim]);
      assert.ok(again?.claimed === true);
      return answered(again.capture);
    },
  ],
  [
    'a success, after it was looked at without news',
    'in one statement',
    meanwhile(({ store }, { captureId }) => store.record([{ captureId, pieces: [] }])),
  ],
  ['a success of one that was deferred', 'in one statement', deferred(() => Promise.resolve())],
  [
    'a success of one that was deferred, which subscribers were told',
    'refused by it, under the lock',
    deferred(async ({ database }, { captureId }) => {
      const late = testStore(database.pool, {
        fold: (capture, evidence) =>
          testFold(
            { ...capture, createdAt: new Date(FOLDED_AT.getTime() - POLICY.announceUnsentAfterMs) },
            evidence,
            FOLDED_AT,
          ),
      });
      const [announced] = await late.record([{ captureId, pieces: [] }]);
      assert.equal(announced?.announced, 'pending/not_sent');
    }),
  ],
  [
    'a success of one that was deferred, and of which a notification came',
    'refused by it, under the lock',
    deferred(told({ is: 'authorised' }, BY_NOTIFICATION)),
  ],
  [
    'a success that was recorded before, which nobody heard',
    'refused by it, under the lock',
    async (site, capture) => {
      const request = answered(await freshlyClaimed(site.store, capture));
      await site.store.record([request]);
      return request;
    },
  ],
  [
    'a success that was recorded before, and contradicted since',
    'refused by it, under the lock',
    async (site, capture) => {
      const request = answered(await freshlyClaimed(site.store, capture));
      await site.store.record([request]);
      await told(DECLINED, BY_NOTIFICATION)(site, capture);
      return request;
    },
  ],
  [
    'one piece given twice',
    'in one statement',
    async ({ store }, capture) => {
      const claimed = await freshlyClaimed(store, capture);
      const piece = pieceOf(claimed.captureId, CAPTURED);
      return freshRequest(claimed, piece, piece);
    },
  ],
  [
    'a success of one that doesn’t exist',
    'refused by it, under the lock',
    (_site, capture) =>
      Promise.resolve(
        answered({ ...capture, attempts: 1, leaseUntil: EPOCH, status: { state: 'sending', attempt: 1 } }),
      ),
  ],
  [
    'a success of a row that isn’t being sent',
    'refused by it, under the lock',
    tampered(`
      with c as (update captures set state = 'planned', sending_attempt = null where capture_id = $1)
      update schedule set action = 'send' where capture_id = $1`),
  ],
  [
    'a success of a row with another attempt',
    'refused by it, under the lock',
    tampered('update captures set attempts = 2, sending_attempt = 2 where capture_id = $1'),
  ],
  [
    'a success of a row under another request id',
    'refused by it, under the lock',
    tampered("update captures set generation = 2, request_id = 'another' where capture_id = $1"),
  ],
  [
    'a success of a row of which something was told',
    'refused by it, under the lock',
    tampered("update captures set sequence = 1, announced = 'pending/not_sent' where capture_id = $1"),
  ],
  [
    'a success of a row that was claimed anew for less, in a database that was restored',
    'refused by it, under the lock',
    tampered(
      "update captures set amount = 9, lease_until = lease_until + interval '1 ms' where capture_id = $1",
    ),
  ],
];

describe('a first answer, recorded by whoever claimed the capture', () => {
  const sites: Site[] = [];
  const sent: Sent[] = [];
  before(async () => {
    for (const isWatched of [true, false]) {
      const database = await createTestDatabase();
      const pool = database.anotherPool(2);
      if (isWatched)
        pool.on('connect', (client) => {
          recordStatements(client, sent);
        });
      sites.push({ database, store: testStore(pool, { fold: timelessFold }) });
    }
  });
  after(() => Promise.all(sites.map(({ database }) => database.drop())));

  for (const [what, way, scenario] of SCENARIOS) {
    it(`leaves what it would leave if the row had been read, ${way}: ${what}`, async () => {
      const [site, other] = sites;
      assert.ok(site !== undefined && other !== undefined);
      const capture = captureOfPayment(what);
      const fresh = await scenario(site, capture);
      const { captureId, pieces } = await scenario(other, capture);
      sent.length = 0;
      const results = await site.store.record([fresh]);
      assert.deepEqual(
        sent.map(({ name }) => name).filter((name) => ['record_write_fresh', 'lock_captures'].includes(name)),
        STATEMENTS[way],
      );
      assert.deepEqual(
        results.map(untimed),
        (await other.store.record([{ captureId, pieces }])).map(untimed),
      );
      const left = await everythingOf(site.database.pool, [captureId]);
      assert.deepEqual(left, await everythingOf(other.database.pool, [captureId]));
      assert.equal(left.length, results[0] === null ? 0 : 1);
      await site.database.pool.query('delete from account_pauses');
      await other.database.pool.query('delete from account_pauses');
    });
  }

  it('refuses another capture’s claim', async () => {
    const [site] = sites;
    assert.ok(site !== undefined);
    const [one, another] = [captureOfPayment('one'), captureOfPayment('another')];
    const claimed = await freshlyClaimed(site.store, one);
    const { captureId } = await freshlyClaimed(site.store, another);
    await assert.rejects(site.store.record([{ ...answered(claimed), captureId }]), /claim of capture/);
  });
});

const STATEMENTS: Readonly<Record<Way, readonly string[]>> = {
  'in one statement': ['record_write_fresh'],
  'refused by it, under the lock': ['record_write_fresh', 'lock_captures'],
  'under the lock': ['lock_captures'],
};

/** Two databases don't claim at the same moment. */
function untimed(capture: Capture | null): Capture | null {
  return capture && { ...capture, body: Buffer.from(capture.body), createdAt: EPOCH, leaseUntil: EPOCH };
}
