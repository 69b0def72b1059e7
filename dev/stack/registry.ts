import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from './errors.js';
import type { PartRecipe } from './part.js';
import type { ProgressEvent } from './progress.js';

export interface RegistryOptions {
  /** Its own folder inside the data folder. */
  home: string;
  logFile: string;
  java: string;
  /** What this registry calls itself. */
  instance: string;
  /** The folder of its files, downloaded if need be. */
  files: () => Promise<string>;
  report: (event: ProgressEvent) => void;
}

const FILES = 'files';
const ASK_TIMEOUT_MS = 2000;
// Each commit is written at once (the default waits up to half a second): a registered schema outlives a crash.
const DATABASE = 'jdbc:h2:file:./schemas;WRITE_DELAY=0';
// It would open 20 connections to each of three databases at its start.
const SMALL_POOLS = ['', 'blue.', 'green.'].flatMap((pool) => [
  `-Dapicurio.datasource.${pool}jdbc.initial-size=1`,
  `-Dapicurio.datasource.${pool}jdbc.min-size=1`,
]);

/** Apicurio Registry with its schemas in a file of the data folder, on the loopback address only. */
export function registryRecipe(options: RegistryOptions): PartRecipe {
  const { home } = options;
  const temporary = join(home, 'tmp');
  let jar = '';
  return {
    name: 'registry',
    portCount: 1,
    crashSignal: 'SIGKILL',
    prepare: async () => {
      const files = await options.files();
      options.report({ part: 'registry', step: 'preparing' });
      await mkdir(temporary, { recursive: true });
      // By a link: Java splits the path of a jar at colons, which may be in the name of the folder that the clone lies in.
      await rm(join(home, FILES), { force: true });
      await symlink(files, join(home, FILES));
      jar = join(FILES, await runnerJar(files));
    },
    job: (ports) => ({
      title: 'The schema registry',
      command: options.java,
      args: [
        '-XX:-UsePerfData',
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        '-Xmx256m',
        `-Djava.io.tmpdir=${temporary}`,
        `-Dapicurio.import.work-dir=${temporary}`,
        `-Dapicurio.storage.snapshot.location=${temporary}`,
        '-Dquarkus.http.host=127.0.0.1',
        `-Dquarkus.http.port=${ports[0] ?? 0}`,
        '-Dquarkus.http.access-log.enabled=false',
        `-Dapicurio.app.name=${options.instance}`,
        `-Dapicurio.datasource.url=${DATABASE}`,
        ...SMALL_POOLS,
        '-jar',
        jar,
      ],
      // It reads settings from the folder that it is started in, too.
      cwd: home,
      env: { PATH: process.env['PATH'] },
      logFile: options.logFile,
    }),
    isReady: (ports) => isReady(`http://127.0.0.1:${ports[0] ?? 0}`, options.instance),
    address: (ports) => `http://127.0.0.1:${ports[0] ?? 0}/apis/ccompat/v7`,
  };
}

async function runnerJar(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((file) => file.endsWith('-runner.jar'));
  if (name === undefined) {
    throw new StackError(
      'STACK_DOWNLOAD_FAILED',
      `There is no runner jar in ${folder}: remove it and start again.`,
    );
  }
  return name;
}

async function isReady(base: string, instance: string): Promise<boolean> {
  const info = (await (await ask(`${base}/apis/registry/v3/system/info`)).json()) as { name?: unknown };
  return info.name === instance && (await ask(`${base}/apis/ccompat/v7/subjects`)).ok;
}

async function ask(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
}
