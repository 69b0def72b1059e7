import { Command } from 'commander';
import { EXIT } from '../errors.js';
import { addAccountsHistory } from './accounts-history.js';
import { addAccountsList } from './accounts-list.js';
import { addAccountsPause } from './accounts-pause.js';
import { addAccountsResume } from './accounts-resume.js';
import { addCapturesCancel } from './captures-cancel.js';
import { addCapturesInquire } from './captures-inquire.js';
import { addCapturesList } from './captures-list.js';
import { addCapturesResolve } from './captures-resolve.js';
import { addCapturesRetry } from './captures-retry.js';
import { addCapturesShow } from './captures-show.js';
import { addConfigCheck } from './config-check.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Io, Outcome } from './io.js';
import { addLag } from './lag.js';
import { addMigrate } from './migrate.js';
import { addNotificationsList } from './notifications-list.js';
import { addSchemasRegister } from './schemas-register.js';
import { addStart } from './start.js';
import { tell } from './tell.js';
import { addTopicsCreate } from './topics-create.js';
import { version } from '../version.js';

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
  const captures = group(program, 'captures', 'look at captures, and act on them');
  addCapturesShow(captures, io);
  addCapturesList(captures, io);
  addCapturesInquire(captures, io);
  addCapturesResolve(captures, io);
  addCapturesCancel(captures, io);
  addCapturesRetry(captures, io);
  const accounts = group(program, 'accounts', 'pause accounts and resume them');
  addAccountsList(accounts, io);
  addAccountsPause(accounts, io);
  addAccountsResume(accounts, io);
  addAccountsHistory(accounts, io);
  addNotificationsList(group(program, 'notifications', 'look at notifications of providers'), io);
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
