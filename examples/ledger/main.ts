import { parseArgs } from 'node:util';
import { z } from 'zod';
import { run } from '../subscriber/run.js';
import { readSettings } from '../subscriber/settings.js';
import { withAdmin } from '../subscriber/topics.js';
import { applyEvent } from './ledger.js';
import { forgetOffsets, requireWholeTopics } from './replay.js';
import { createSchema, rebuild } from './schema.js';

/** Keeps a double-entry ledger of captures. entries.ts has what is booked, ledger.ts how it is booked once, schema.sql what guards it. */
const HELP = `Usage: node dist/examples/ledger/main.js [--rebuild]

Keeps a double-entry ledger of captures. Look at it with: select * from ledger.balances

  --rebuild            throw the ledger away and make it anew from the topics; no other instance may run
  --help               say this

Settings, by environment:

  KAFKA_BROKERS        host:port, several with commas
  SCHEMA_REGISTRY_URL
  DATABASE_URL         a PostgreSQL database; its schema ledger is created
  TOPIC_PREFIX         before the names of the topics ()
  GROUP_ID             the consumer group (ledger)
  SKIP                 records to leave out, as topic/partition/offset, several with commas; README.md says what it costs ()
`;

/** What is asked for on the command line and in the environment, or what is wrong with it. */
function whatToDo() {
  try {
    const { values } = parseArgs({
      options: { help: { type: 'boolean', default: false }, rebuild: { type: 'boolean', default: false } },
    });
    if (values.help) return 'help';
    return { ...values, settings: readSettings(process.env, { groupId: 'ledger', more: z.object({}) }) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const asked = whatToDo();
if (asked === 'help') {
  process.stdout.write(HELP);
} else if (asked instanceof Error) {
  process.stderr.write(`${asked.message}\n`);
  process.exitCode = 2;
} else {
  const { settings } = asked;
  await run(settings, async ({ pool, log }) => {
    if (asked.rebuild) {
      await withAdmin(settings, log, async (admin) => {
        await requireWholeTopics(admin, settings);
        await rebuild(pool, settings, () => forgetOffsets(admin, settings));
      });
    } else await createSchema(pool, settings);
    return { apply: (event) => applyEvent(pool, event) };
  });
}
