import { Argument, Command } from 'commander';
import kafkajs from 'kafkajs';
import { complain } from '../stack/complain.js';
import type { Tampering } from './tamper.js';
import { TAMPERINGS, tamper } from './tamper.js';

const command = new Command('npm run demo:tamper --')
  .description(
    'Removes a posting of the ledger, a published message or a row of the worker from a demo that runs with --keep, past all guards: to ' +
      'see that the comparison names it. Reads the environment that the demo prints.',
  )
  .addArgument(new Argument('<what>').choices(TAMPERINGS))
  .parse();
// As the argument is declared above.
const [what] = command.processedArgs as [Tampering];

try {
  const { DATABASE_URL, KAFKA_BROKERS, CAPTURE_WORKER_TOPIC_PREFIX } = process.env;
  if (DATABASE_URL === undefined || KAFKA_BROKERS === undefined || CAPTURE_WORKER_TOPIC_PREFIX === undefined)
    throw new Error(
      'DATABASE_URL, KAFKA_BROKERS and CAPTURE_WORKER_TOPIC_PREFIX must be set: paste what the demo printed',
    );
  const { Kafka, logLevel } = kafkajs;
  const kafka = new Kafka({
    brokers: KAFKA_BROKERS.split(','),
    clientId: 'tamper',
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const gone = await tamper(what, {
      databaseUrl: DATABASE_URL,
      topicPrefix: CAPTURE_WORKER_TOPIC_PREFIX,
      admin,
    });
    process.stdout.write(`Removed: ${gone}\n`);
  } finally {
    await admin.disconnect();
  }
} catch (error) {
  complain(error);
  process.exitCode = 1;
}
