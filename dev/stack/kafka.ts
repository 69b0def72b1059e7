import { access, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { Crew, Job } from './crew.js';
import { messageOf, StackError } from './errors.js';
import type { PartRecipe } from './part.js';
import type { ProgressEvent } from './progress.js';

export interface KafkaOptions {
  /** Its own folder inside the data folder. */
  home: string;
  logFile: string;
  java: string;
  clusterId: string;
  /** The folder of its jars, downloaded if need be. */
  jars: () => Promise<string>;
  crew: Crew;
  report: (event: ProgressEvent) => void;
  /** What a test wants of it beyond that. */
  extra?: KafkaExtra;
}

export interface KafkaExtra {
  /** How many ports it has for further listeners; they come after the two of every Kafka. */
  portCount: number;
  /** Further arguments of the command that formats its folder. */
  format: readonly string[];
  /** Further options of its Java. */
  java: readonly string[];
  /** Further settings, or others in the place of the usual ones. */
  settings: (ports: readonly number[]) => Settings;
}

// Paths in arguments and in the configuration are relative to `home`: a class path splits at colons, a list of log folders at commas,
// and either may be in the name of the folder that the clone or the data lies in.
const JARS = 'jars';
const FORMATTED = 'log';
const UNFORMATTED = 'log.new';

/** Apache Kafka as one process, broker and controller, on the loopback address only. */
export function kafkaRecipe(options: KafkaOptions): PartRecipe {
  const { home, crew, report, extra } = options;
  const [clientPort, controllerPort] = [0, 1];
  return {
    name: 'kafka',
    portCount: 2 + (extra?.portCount ?? 0),
    crashSignal: 'SIGKILL',
    prepare: async () => {
      const jars = await options.jars();
      report({ part: 'kafka', step: 'preparing' });
      await mkdir(join(home, 'tmp'), { recursive: true });
      await rm(join(home, JARS), { force: true });
      await symlink(jars, join(home, JARS));
      await format(options, crew);
    },
    configure: (ports) =>
      writeFile(
        join(home, 'server.properties'),
        propertiesOf({
          ...serverSettings(FORMATTED, ports[clientPort] ?? 0, ports[controllerPort] ?? 0),
          ...extra?.settings(ports),
        }),
      ),
    job: () =>
      javaJob(options, 'Kafka', ['-Xmx512m', ...(extra?.java ?? []), 'kafka.Kafka', 'server.properties']),
    isReady: (ports) => isReady(ports[clientPort] ?? 0, options.clusterId),
    address: (ports) => `127.0.0.1:${ports[clientPort] ?? 0}`,
  };
}

/** The log folder appears under its name only when it is formatted to the end. */
async function format(options: KafkaOptions, crew: Crew): Promise<void> {
  const { home, clusterId, extra } = options;
  if (await exists(join(home, FORMATTED))) return;
  await rm(join(home, UNFORMATTED), { recursive: true, force: true });
  // The ports don't go into what is formatted.
  await writeFile(join(home, 'format.properties'), propertiesOf(serverSettings(UNFORMATTED, 9092, 9093)));
  const args = ['-Xmx128m', 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', 'format.properties'];
  args.push(...(extra?.format ?? []));
  try {
    await crew.run(javaJob(options, 'Kafka', args));
  } catch (error) {
    if (!(error instanceof StackError) || error.code === 'STACK_STOPPED') throw error;
    throw new StackError('STACK_PART_FAILED', `Kafka's folder could not be formatted: ${messageOf(error)}`, {
      cause: error,
      ...(error.logTail !== undefined && { logTail: error.logTail }),
    });
  }
  await rename(join(home, UNFORMATTED), join(home, FORMATTED));
}

function javaJob({ home, java, logFile }: KafkaOptions, title: string, args: string[]): Job {
  return {
    title,
    command: java,
    args: [
      '-XX:-UsePerfData',
      // Starts fastest, and takes the least of a small machine.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      `-Djava.io.tmpdir=${join(home, 'tmp')}`,
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
      // Else each start prints its some 400 settings.
      '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn',
      '-cp',
      `${JARS}/*`,
      ...args,
    ],
    cwd: home,
    env: { PATH: process.env['PATH'] },
    logFile,
  };
}

type Settings = Readonly<Record<string, string | number | boolean>>;

/**
 * The controller's address is in the settings and not in the formatted data (no dynamic quorum), so that kept data can move to other
 * ports.
 */
function serverSettings(logFolder: string, clientPort: number, controllerPort: number): Settings {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `CLIENT://127.0.0.1:${clientPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${clientPort}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logFolder,
    // A misspelt topic is an error here as in production.
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 5,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 5,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Lets tests see a dead consumer's partitions move within seconds.
    'group.min.session.timeout.ms': 1000,
    // After kill -9 the controller refuses the broker until the session of its former life is over.
    'broker.session.timeout.ms': 5000,
    'broker.heartbeat.interval.ms': 1000,
    // The default buffer alone is a quarter of our heap.
    'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
  };
}

function propertiesOf(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${String(value)}\n`)
    .join('');
}

async function isReady(port: number, clusterId: string): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'stack',
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    // A broker is listed only once the controller lets it serve.
    return cluster.clusterId === clusterId && cluster.brokers.length === 1;
  } finally {
    await admin.disconnect();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
