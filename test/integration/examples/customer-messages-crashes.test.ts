import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import {
  applyEvent,
  delivered,
  notDelivered,
  takeDue,
} from '../../../examples/customer-messages/captures.js';
import type { Message, Outcome, Sending } from '../../../examples/customer-messages/message.js';
import { createSchema } from '../../../examples/customer-messages/schema.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { breachesOf } from '../../support/message-gateway.js';

const AT_ONCE = { pending: 0, failed: 0, succeeded: 0 };

/**
 * What can happen, in any order. `apply` reads the next event of the history, `jump` any of them. `take` gives a sender what is due.
 * `arrive` brings the oldest message that a sender holds to the gateway, and the sender is told so unless the answer is `lost`. `die` ends
 * the sender with all that it holds. In `busy` and `refuse` the gateway doesn't take the oldest message, just now or for good; `release`
 * is an operator who has all that is parked sent again.
 */
type Step = 'apply' | 'jump' | 'take' | 'arrive' | 'lost' | 'die' | 'busy' | 'refuse' | 'release';

const anyNews = fc.oneof(
  fc.constantFrom<Outcome>('pending', 'succeeded').map((outcome) => ({ outcome, payAgain: false })),
  fc.boolean().map((payAgain) => ({ outcome: 'failed' as const, payAgain })),
);
const anyRun = fc.record({
  history: fc.array(anyNews, { minLength: 1, maxLength: 6 }),
  steps: fc.array(
    fc.record({
      step: fc.constantFrom<Step>(
        ...(['apply', 'apply', 'jump', 'take', 'take', 'take', 'arrive', 'lost', 'die'] as const),
        ...(['busy', 'refuse', 'refuse', 'release'] as const),
      ),
      sender: fc.constantFrom(0, 1),
      index: fc.nat(5),
    }),
    { maxLength: 40 },
  ),
});

describe('messages, whatever crashes and whatever answer is lost', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    // The database itself doesn't crash here, so nothing waits for its disk.
    pool = new pg.Pool({ connectionString: database.url, options: '-c synchronous_commit=off' });
    await createSchema(pool);
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  it('are each told once, in the order of the events, with corrections where they are due', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ history, steps }) => {
        runs += 1;
        const captureId = `c-${String(runs)}`;
        const events = history.map(({ outcome, payAgain }, index) => ({
          ...anEvent(`capture.${outcome}`, {
            captureId,
            sequence: index + 1,
            eventId: `${captureId}-${String(index)}`,
          }),
          outcome,
          newAuthorisationNeeded: payAgain,
        }));
        const arrived = new Map<string, Message>();
        const held: [Sending[], Sending[]] = [[], []];
        let next = 0;
        const apply = async (index: number): Promise<void> => {
          const event = events[index];
          if (event !== undefined) await applyEvent(pool, event, AT_ONCE);
        };
        const take = async (): Promise<readonly Sending[]> =>
          (await takeDue(pool, { limit: 10, retryAfter: 0 })).messages;
        const arrive = ({ message }: Sending): void => {
          assert.deepEqual(message, arrived.get(message.messageId) ?? message, 'the same under the same key');
          if (!arrived.has(message.messageId)) arrived.set(message.messageId, message);
        };
        const succeed = async (sending: Sending): Promise<void> => {
          arrive(sending);
          await delivered(pool, sending, AT_ONCE);
        };
        const fail = (sending: Sending, failure: 'not_now' | 'for_good'): Promise<void> =>
          notDelivered(pool, sending, { failure, error: 'words', waits: AT_ONCE });
        const release = (): Promise<unknown> =>
          pool.query('update customer_messages.captures set due_at = now() where parked_at is not null');
        for (const { step, sender, index } of steps) {
          const holds = held[sender === 0 ? 0 : 1];
          switch (step) {
            case 'apply':
              await apply(next++);
              break;
            case 'jump':
              await apply(index);
              break;
            case 'take':
              holds.push(...(await take()));
              break;
            case 'arrive':
              for (const sending of holds.splice(0, 1)) await succeed(sending);
              break;
            case 'lost':
              for (const sending of holds.splice(0, 1)) arrive(sending);
              break;
            case 'busy':
              for (const sending of holds.splice(0, 1)) await fail(sending, 'not_now');
              break;
            case 'refuse':
              for (const sending of holds.splice(0, 1)) await fail(sending, 'for_good');
              break;
            case 'release':
              await release();
              break;
            case 'die':
              holds.length = 0;
          }
        }
        for (let index = 0; index < events.length; index += 1) await apply(index);
        for (const sending of held.flat()) await succeed(sending);
        await release();
        for (let messages = await take(); messages.length > 0; messages = await take()) {
          for (const sending of messages) await succeed(sending);
        }
        assert.deepEqual(breachesOf(history, [...arrived.values()]), []);
        const { rows } = await pool.query<{ message_id: string }>(
          'select message_id from customer_messages.sent where capture_id = $1',
          [captureId],
        );
        assert.deepEqual(new Set(rows.map(({ message_id }) => message_id)), new Set(arrived.keys()));
      }),
      { numRuns: 100 },
    );
  });
});
