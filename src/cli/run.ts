import { Command, CommanderError } from 'commander';
import { CaptureWorkerError, EXIT, messageOf } from '../errors.js';
import { redactText } from '../redact.js';
import { addCapturesList } from './captures-list.js';
import { addCapturesShow } from './captures-show.js';
import { wantsDetails } from './command-log.js';
import { addConfigCheck } from './config-check.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Io, Outcome } from './io.js';
import { addLag } from './lag.js';
import { addMigrate } from './migrate.js';
import { addSchemasRegister } from './schemas-register.js';
import { addStart } from './start.js';
import { addTopicsCreate } from './topics-create.js';
import { version } from './version.js';

/** Runs one command line (without node and script) and returns its exit code. Never throws: what fails is told on standard error. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const outcome: Outcome = { exitCode: EXIT.ok };
  try {
    await createProgram(io, outcome).parseAsync([...args], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    return tell(error, io);
  }
}

function createProgram(io: Io, outcome: Outcome): Command {
  const program = new Command('capture-worker')
    .description(
      'Captures authorised payments when orders are fulfilled: Kafka in, provider captures, Kafka out.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show what a command does')
    .helpCommand('help [command]', 'show what a command does')
    .configureOutput({
      writeOut: (text) => {
        io.out(text);
      },
      writeErr: (text) => {
        io.err(text);
      },
    })
    .configureHelp({ helpWidth: 100 })
    .showSuggestionAfterError()
    .exitOverride();
  addStart(program, io, outcome);
  addMigrate(program, io);
  addSchemasRegister(group(program, 'schemas', 'the schemas of the topics'), io);
  addTopicsCreate(group(program, 'topics', 'the topics'), io);
  addConfigCheck(group(program, 'config', 'the configuration'), io, outcome);
  const captures = group(program, 'captures', 'look at captures');
  addCapturesShow(captures, io);
  addCapturesList(captures, io);
  addLag(program, io);
  return program.addHelpText('after', `\nExit codes:\n${exitCodes()}`);
}

function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

function exitCodes(): string {
  return Object.entries(EXIT_CODES)
    .map(([code, meaning]) => `  ${code}  ${meaning}`)
    .join('\n');
}

/** Tells an error in as few lines as it takes, and returns the exit code that it stands for. */
function tell(error: unknown, io: Io): number {
  // Commander has told it already; asking for help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  io.err(`${redactText(messageOf(error))}\n`);
  if (wantsDetails(io.env['CAPTURE_WORKER_LOG_LEVEL'])) io.err(`${redactText(stacksOf(error))}\n`);
  return error instanceof CaptureWorkerError ? error.exitCode : EXIT.unexpected;
}

function stacksOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const own = error.stack ?? String(error);
  return error.cause === undefined || error.cause === error
    ? own
    : `${own}\nCaused by: ${stacksOf(error.cause)}`;
}
