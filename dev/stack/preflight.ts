import { cached } from './download.js';
import { lackOfSpace } from './disk-space.js';
import { joinProblems, StackError } from './errors.js';
import { requireAnswer } from './existing.js';
import { findJava, requireMaven } from './java.js';
import type { DownloadedPart } from './maven.js';
import { portTaken } from './part.js';
import { isFree } from './ports.js';
import { TITLES, type PartName } from './progress.js';

const DOWNLOAD_MB = 1000;

export interface PreflightOptions {
  env: NodeJS.ProcessEnv;
  cacheDir: string;
  /** The parts to start, each with the port that it must have, if any. */
  wanted: ReadonlyMap<PartName, number | undefined>;
  /** The parts that are there already, with their addresses. */
  existing: ReadonlyMap<PartName, string>;
}

export interface Preflight {
  java: string;
}

/** Looks for everything that the start needs, and throws one error with a line for each thing that is missing. */
export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const { env, cacheDir, wanted, existing } = options;
  requirePlatform(process.platform);
  const problems: StackError[] = [];
  let java = 'java';
  const check = async (look: () => Promise<void>): Promise<void> => {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      problems.push(error);
    }
  };
  const downloaded = (['kafka', 'registry'] as const).filter((part) => wanted.has(part));
  await Promise.all([
    check(async () => {
      if (downloaded.length > 0) java = await findJava(env);
    }),
    check(() => requireDownloads(downloaded, cacheDir, env)),
    ...[...wanted].map(([part, port]) => check(() => requirePort(part, port))),
    ...[...existing].map(([part, address]) => check(() => requireAnswer(part, address))),
  ]);
  const problem = joinProblems(problems);
  if (problem) throw problem;
  return { java };
}

export function requirePlatform(platform: NodeJS.Platform): void {
  if (platform === 'linux' || platform === 'darwin') return;
  throw new StackError(
    'STACK_UNSUPPORTED',
    `The local stack runs on Linux and macOS, not on ${platform}: use one of them (on Windows: WSL).`,
  );
}

/** What is not in the cache will be downloaded: that takes Maven and room. */
async function requireDownloads(
  parts: readonly DownloadedPart[],
  cacheDir: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const found = await Promise.all(parts.map((part) => cached(cacheDir, part)));
  if (!found.includes(undefined)) return;
  const noSpace = await lackOfSpace(
    cacheDir,
    DOWNLOAD_MB,
    'The first download',
    'set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to existing ones',
  );
  if (noSpace) throw noSpace;
  await requireMaven(env);
}

async function requirePort(part: PartName, port: number | undefined): Promise<void> {
  if (port !== undefined && !(await isFree(port))) throw portTaken(TITLES[part], [port]);
}
