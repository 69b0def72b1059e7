import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Crew } from '../../dev/stack/crew.js';
import { findJava, requireMaven } from '../../dev/stack/java.js';
import { ownRepository } from '../../dev/stack/maven.js';
import { packageRoot } from '../../src/package-root.js';

const SOURCES = join('bench', 'peers', 'parallel-consumer');

/** The peer as it can be run: `java -cp classes:jars/*` in `folder`. */
export interface BuiltPeer {
  readonly java: string;
  readonly folder: string;
}

/**
 * The Java peer, built by Maven unless these sources have been built before. What is built appears under its name only when it is
 * whole, and the name is a hash of the sources: others are another folder.
 */
export async function buildPeer(
  { crew, env }: { readonly crew: Crew; readonly env: NodeJS.ProcessEnv },
  say: (line: string) => void,
): Promise<BuiltPeer> {
  const java = await findJava(env);
  const cacheDir = join(packageRoot(), '.cache', 'bench');
  const folder = join(cacheDir, `parallel-consumer-${await hashOf(join(packageRoot(), SOURCES))}`);
  if (await exists(folder)) return { java, folder };
  await requireMaven(env);
  const staging = join(cacheDir, `staging-${String(process.pid)}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  say('building the Parallel Consumer peer with Maven');
  try {
    await crew.run({
      title: 'Maven',
      command: 'mvn',
      args: [
        '-B',
        '-q',
        '-f',
        join(packageRoot(), SOURCES, 'pom.xml'),
        `-Dpeer.folder=${staging}`,
        ...(await ownRepository(staging)),
        'compiler:compile',
        'dependency:copy-dependencies',
      ],
      cwd: staging,
      env: { ...env, MAVEN_OPTS: `${env['MAVEN_OPTS'] ?? ''} -XX:-UsePerfData`.trim() },
      logFile: join(cacheDir, 'maven-parallel-consumer.log'),
    });
    await rm(join(staging, 'repository'), { recursive: true, force: true });
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { java, folder };
}

/** Over the names and contents of all sources. */
async function hashOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(java|xml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const digest = createHash('sha256');
  for (const file of files) digest.update(`${file.slice(folder.length)}\n`).update(await readFile(file));
  return digest.digest('hex').slice(0, 12);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
