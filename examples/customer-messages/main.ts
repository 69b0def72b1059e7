import { parseArgs } from 'node:util';
import { z } from 'zod';
import { run } from '../subscriber/run.js';
import { readSettings } from '../subscriber/settings.js';
import { applyEvent } from './captures.js';
import { deliver } from './gateway.js';
import { createSchema } from './schema.js';
import { startSender } from './sender.js';

/**
 * Writes to customers what became of the payments for their orders. message.ts has the rules of what they are told, captures.ts how it
 * is told once.
 *
 * A failure waits a minute by default. It can be corrected, mostly within seconds, when the provider's notification contradicts its
 * answer; the order is on its way already, so a customer loses nothing by hearing of it a minute later. Corrections that come with the
 * settlement, a day later, no wait would catch. Success is told at once. That a payment is open is told after ten minutes: nearly all
 * are decided by then.
 */
const HELP = `Usage: node dist/examples/customer-messages/main.js

Writes to customers what became of the payments for their orders. Settings, by environment:

  KAFKA_BROKERS             host:port, several with commas
  SCHEMA_REGISTRY_URL
  DATABASE_URL              a PostgreSQL database; its schema customer_messages is created
  MESSAGE_GATEWAY_URL       gets each message by POST, as JSON; must take each Idempotency-Key once
  PENDING_AFTER_SECONDS     how long a payment is open before its customer is told (600)
  FAILED_AFTER_SECONDS      how long a failure can be corrected before it is told (60)
  DELIVERY_TIMEOUT_SECONDS  how long the gateway may take to answer (5)
  RETRY_AFTER_SECONDS       when a message that may not have arrived is sent again (10): longer than the timeout, and twice as long
                            each time, up to ten minutes
  SKIP                      records to leave out, as topic/partition/offset, several with commas; README.md says what it costs ()
  TOPIC_PREFIX              before the names of the topics ()
  GROUP_ID                  the consumer group (customer-messages)
`;

const seconds = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,3})?$/, 'is no number of seconds')
  .transform(Number);
const OWN = z
  .object({
    MESSAGE_GATEWAY_URL: z.url({ protocol: /^https?$/, error: 'is not set, or no URL' }),
    PENDING_AFTER_SECONDS: seconds.default(600),
    FAILED_AFTER_SECONDS: seconds.default(60),
    DELIVERY_TIMEOUT_SECONDS: seconds
      .refine((value) => value > 0 && value <= 600, 'must be more than 0 and at most 600')
      .default(5),
    RETRY_AFTER_SECONDS: seconds.default(10),
  })
  // Were it sent again while it is being sent, two attempts could be under way at once.
  .refine((own) => own.RETRY_AFTER_SECONDS > own.DELIVERY_TIMEOUT_SECONDS, {
    path: ['RETRY_AFTER_SECONDS'],
    error: 'must be longer than DELIVERY_TIMEOUT_SECONDS',
  });

function settingsOrComplaint() {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
    return values.help ? 'help' : readSettings(process.env, { groupId: 'customer-messages', more: OWN });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const settings = settingsOrComplaint();
if (settings === 'help') {
  process.stdout.write(HELP);
} else if (settings instanceof Error) {
  process.stderr.write(`${settings.message}\n`);
  process.exitCode = 2;
} else {
  const { more } = settings;
  const waits = { pending: more.PENDING_AFTER_SECONDS, failed: more.FAILED_AFTER_SECONDS, succeeded: 0 };
  await run(settings, async ({ pool, log }) => {
    await createSchema(pool);
    const sender = startSender({
      pool,
      log,
      deliver: (message) => deliver(more.MESSAGE_GATEWAY_URL, message, more.DELIVERY_TIMEOUT_SECONDS * 1_000),
      waits,
      retryAfter: more.RETRY_AFTER_SECONDS,
    });
    return { apply: (event) => applyEvent(pool, event, waits), close: () => sender.close() };
  });
}
