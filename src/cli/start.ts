import type { Command } from 'commander';
import { composeWorker } from '../compose.js';
import { loadConfig } from '../config/config.js';
import type { ProcessEnvironment } from '../config/environment.js';
import { createLogger } from '../log.js';
import { systemClock } from '../system-clock.js';
import { addHelp } from './help.js';
import type { Io, Outcome } from './io.js';
import { runWorker } from './run-worker.js';

interface StartOptions {
  readonly inquireFirst?: string;
  readonly unverifiable: boolean;
}

export function addStart(program: Command, io: Io, outcome: Outcome): void {
  const command = program
    .command('start')
    .summary('run a worker')
    .description(
      'Runs a worker until SIGTERM or SIGINT, then finishes what it has begun. A second signal stops it at once. Logs are lines of JSON ' +
        'on standard output; /livez, /readyz and /metrics say how it is. Parts that are away are waited for.',
    )
    .option(
      '--inquire-first <time>',
      'the database was restored, and came back at this moment (2026-03-02T10:15:00Z): send nothing before its provider says that it is needed',
    )
    .option(
      '--unverifiable',
      "with --inquire-first: PayerMax, which can't be asked, may be sent the same request again; else its captures wait for a person",
      false,
    )
    .action(async (options: StartOptions) => {
      const config = loadConfig(withOptions(io.env, options), { cwd: io.cwd });
      const log = createLogger({ level: config.logLevel, workerId: config.workerId });
      outcome.exitCode = await runWorker({
        start: () => composeWorker(config, log),
        events: process,
        exit: (code) => process.exit(code),
        log,
        clock: systemClock,
        drainDeadlineMs: config.worker.drainDeadlineMs,
      });
    });
  addHelp(command, {
    environment: [
      ['KAFKA_BROKERS', 'the cluster'],
      ['SCHEMA_REGISTRY_URL', 'the registry'],
      ['DATABASE_URL', 'the database'],
      ['CAPTURE_WORKER_ACCOUNTS_FILE', 'the accounts; ./accounts.yaml unless set'],
      ['CAPTURE_WORKER_HTTP_HOST', 'where health and metrics listen; 127.0.0.1 unless set'],
      ['CAPTURE_WORKER_HTTP_PORT', 'and their port; 9464 unless set'],
      ['CAPTURE_WORKER_NOTIFY_HOST', 'where notifications of providers are taken; 127.0.0.1 unless set'],
      ['CAPTURE_WORKER_NOTIFY_PORT', 'and their port, or off; 8090 unless set'],
      ['CAPTURE_WORKER_INQUIRE_FIRST', 'as --inquire-first'],
      ['CAPTURE_WORKER_UNVERIFIABLE', 'as --unverifiable, true or false'],
    ],
    exits: [3, 4, 5, 7, 8, 9],
    examples: [
      ['capture-worker start', 'with the environment as it is'],
      ['node --env-file=.env dist/src/cli/main.js start', 'with the variables of a file'],
      [
        'capture-worker start --inquire-first 2026-03-02T10:15:00Z',
        'after the database was restored: see docs/operations.md',
      ],
    ],
  });
}

/** An option is the variable of its name, read and checked with the others. */
function withOptions(
  env: ProcessEnvironment,
  { inquireFirst, unverifiable }: StartOptions,
): ProcessEnvironment {
  return {
    ...env,
    ...(inquireFirst !== undefined && { CAPTURE_WORKER_INQUIRE_FIRST: inquireFirst }),
    ...(unverifiable && { CAPTURE_WORKER_UNVERIFIABLE: 'true' }),
  };
}
