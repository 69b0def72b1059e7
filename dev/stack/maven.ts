import { access, constants, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import type { Crew } from './crew.js';
import { StackError } from './errors.js';
import { VARIABLES } from './existing.js';
import { TITLES, type PartName, type ProgressEvent } from './progress.js';

/** The parts that Maven brings. */
export type DownloadedPart = Exclude<PartName, 'postgres'>;

export interface MavenOptions {
  /** The user's, for Maven's own settings. */
  env: NodeJS.ProcessEnv;
  /** Where downloads are kept for good. */
  cacheDir: string;
  crew: Crew;
  signal: AbortSignal;
  report: (event: ProgressEvent) => void;
}

const TICK_MS = 1000;
const REASON_LENGTH = 160;

/** What is to be downloaded, with its versions. */
export function pomOf(part: DownloadedPart): string {
  return join(packageRoot(), 'dev', 'stack', `${part}-pom.xml`);
}

/** Puts the part's files into `staging/files`. Throws STACK_DOWNLOAD_FAILED; Maven's log then stays. */
export async function runMaven(part: DownloadedPart, staging: string, options: MavenOptions): Promise<void> {
  const { crew, env, report, cacheDir } = options;
  const logFile = join(cacheDir, `maven-${part}.log`);
  await rm(logFile, { force: true });
  report({ part, step: 'downloading' });
  const ticker = startTicker(part, logFile, report);
  try {
    await crew.run({
      title: 'Maven',
      command: 'mvn',
      args: [
        '-B',
        '-f',
        pomOf(part),
        `-Dstack.folder=${staging}`,
        ...(await ownRepository(staging)),
        'generate-resources',
      ],
      cwd: staging,
      // Without its performance file in the temporary folder, which a killed Java leaves behind.
      env: { ...env, MAVEN_OPTS: `${env['MAVEN_OPTS'] ?? ''} -XX:-UsePerfData`.trim() },
      logFile,
    });
    await rm(logFile, { force: true });
  } catch (cause) {
    if (options.signal.aborted) throw cause;
    const reason = await firstMavenError(logFile);
    throw new StackError(
      'STACK_DOWNLOAD_FAILED',
      `${TITLES[part]} could not be downloaded${reason === undefined ? '' : ` (${reason})`}: check the network and Maven's ` +
        `settings (proxy, mirror), or set ${VARIABLES[part]} to an existing one; Maven's log is ${logFile}.`,
      { cause },
    );
  } finally {
    clearInterval(ticker);
  }
}

function startTicker(part: DownloadedPart, logFile: string, report: MavenOptions['report']): NodeJS.Timeout {
  const begun = performance.now();
  return setInterval(() => {
    const seconds = Math.round((performance.now() - begun) / 1000);
    void linesWith(logFile, 'Downloaded from').then(({ length }) => {
      report({ part, step: 'downloading', detail: `${length} files, ${seconds} s` });
    });
  }, TICK_MS);
}

/** Maven keeps its repository in the home folder that the system knows, which some users (nobody, a container's) lack. */
export async function ownRepository(staging: string): Promise<string[]> {
  try {
    await access(userInfo().homedir, constants.W_OK);
    return [];
  } catch {
    return [`-Dmaven.repo.local=${join(staging, 'repository')}`];
  }
}

async function firstMavenError(logFile: string): Promise<string | undefined> {
  return mavenReason((await linesWith(logFile, '[ERROR]'))[0] ?? '');
}

/** The reason out of an error line of Maven's, without its marks, and of a long one its end, which is its cause; undefined if there is none. */
export function mavenReason(line: string): string | undefined {
  const reason = line
    .replace(/^.*?\[ERROR\]\s*/, '')
    .replace(/ -> \[Help \d+\].*$/, '')
    .trim();
  if (reason === '') return undefined;
  return reason.length <= REASON_LENGTH ? reason : `…${reason.slice(-REASON_LENGTH).replace(/^\S*/, '')}`;
}

async function linesWith(path: string, text: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line.includes(text));
  } catch {
    return []; // Not written yet.
  }
}
