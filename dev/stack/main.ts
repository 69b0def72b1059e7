import { Command, InvalidArgumentError } from 'commander';
import { onLauncherDeath } from '../watchdog/launcher.js';
import { complain } from './complain.js';
import { StackError } from './errors.js';
import { createProgressDisplay } from './progress-display.js';
import type { PartName } from './progress.js';
import { startStack, type Stack, type StackOptions } from './start.js';

interface CommandLine {
  data?: string;
  logs?: string;
  cache?: string;
  json: boolean;
  kafkaPort?: number;
  registryPort?: number;
  postgresPort?: number;
}

const commandLine = new Command('npm run stack --')
  .description(
    'Starts Kafka, a schema registry and PostgreSQL on this machine, prints the environment to use them with, and keeps them up ' +
      'until Ctrl-C. KAFKA_BROKERS, SCHEMA_REGISTRY_URL or DATABASE_URL, if set, name an existing part to use instead.',
  )
  .option('--data <folder>', 'keep the data in this folder for the next time; else it is gone at the end')
  .option('--logs <folder>', "write the parts' logs to this folder; else they lie with the data")
  .option('--cache <folder>', 'keep the downloads in this folder (default: .cache/stack in the clone)')
  .option('--json', 'print one line of JSON with env, pids and dataDir instead of export lines', false)
  .option('--kafka-port <port>', 'the port for Kafka; a free one unless given', parsePort)
  .option('--registry-port <port>', 'the port for the schema registry', parsePort)
  .option('--postgres-port <port>', 'the port for PostgreSQL', parsePort)
  .parse()
  .opts<CommandLine>();

const EXIT_FAILED = 1;
const EXIT_INTERRUPTED = 130;

process.exitCode = await main();

async function main(): Promise<number> {
  const display = createProgressDisplay(process.stderr);
  const stopping = new AbortController();
  let failure: StackError | undefined;
  const stopRequested = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  const requestStop = (): void => {
    stopping.abort();
  };
  // All the same however often: a Ctrl-C comes twice, from the terminal and from npm.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, requestStop);
  onLauncherDeath(process.env, requestStop);
  // A stack of existing parts only has nothing else that keeps this process up.
  const keepAlive = setInterval(() => undefined, 60_000);
  try {
    const begun = performance.now();
    const stack = await startStack({
      ...optionsOf(commandLine),
      progress: display.listener,
      signal: stopping.signal,
      onUnexpectedEnd: (_part, error) => {
        failure ??= error;
        requestStop();
      },
    });
    display.settle();
    announce(stack, (performance.now() - begun) / 1000);
    await stopRequested;
    if (failure) complain(failure);
    await stack.stop();
    return failure === undefined ? 0 : EXIT_FAILED;
  } catch (error) {
    display.settle();
    if (error instanceof StackError && error.code === 'STACK_STOPPED') return EXIT_INTERRUPTED;
    complain(error);
    return EXIT_FAILED;
  } finally {
    clearInterval(keepAlive);
  }
}

function optionsOf({ data, logs, cache, ...ports }: CommandLine): StackOptions {
  const wanted: [PartName, number | undefined][] = [
    ['kafka', ports.kafkaPort],
    ['registry', ports.registryPort],
    ['postgres', ports.postgresPort],
  ];
  return {
    env: process.env,
    ...(data !== undefined && { dataDir: data }),
    ...(logs !== undefined && { logDir: logs }),
    ...(cache !== undefined && { cacheDir: cache }),
    ports: Object.fromEntries(wanted.filter(([, port]) => port !== undefined)),
  };
}

/** The environment goes to standard output, for programs; what people want to know besides goes to standard error. */
function announce(stack: Stack, seconds: number): void {
  const { env, dataDir } = stack;
  if (commandLine.json) {
    process.stdout.write(`${JSON.stringify({ env, pids: stack.pids(), dataDir })}\n`);
  } else {
    const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
    process.stdout.write(lines.join(''));
  }
  const fate = commandLine.data === undefined ? 'removed at the end' : 'kept';
  process.stderr.write(
    `The stack is up (${seconds.toFixed(1)} s). Data: ${dataDir} (${fate}). Ctrl-C stops it.\n`,
  );
  if (stack.pids().kafka !== undefined)
    process.stderr.write(
      'Kafka is a single broker: create topics by npx capture-worker topics create --replication-factor 1.\n',
    );
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}
