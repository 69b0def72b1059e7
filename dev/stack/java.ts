import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './errors.js';

const run = promisify(execFile);
const NEEDED = 17;
const REMEDY =
  'install one (on Debian or Ubuntu: openjdk-17-jre-headless) or point JAVA_HOME to one, ' +
  'or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to existing ones';

/** The java to run Kafka and the registry with: JAVA_HOME's, or the one on the PATH. Throws STACK_NO_JAVA if it isn't 17 or later. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<string> {
  const home = env['JAVA_HOME'] ?? '';
  const java = home === '' ? 'java' : join(home, 'bin', 'java');
  if (home !== '' && !existsSync(java)) {
    throw new StackError('STACK_NO_JAVA', `JAVA_HOME is ${home}, where there is no bin/java: ${REMEDY}.`);
  }
  let said: string;
  try {
    said = (await run(java, ['-XX:-UsePerfData', '-version'], { env })).stderr;
  } catch (cause) {
    throw new StackError(
      'STACK_NO_JAVA',
      `Java ${NEEDED} or later is needed for Kafka and the schema registry, and there is none: ${REMEDY}.`,
      { cause },
    );
  }
  const version = javaVersion(said);
  if (version === undefined || version < NEEDED) {
    const found = version === undefined ? 'one of an unknown version' : `Java ${version}`;
    throw new StackError(
      'STACK_NO_JAVA',
      `Java ${NEEDED} or later is needed for Kafka and the schema registry, and ${java} is ${found}: ${REMEDY}.`,
    );
  }
  return java;
}

/** The feature version out of what `java -version` writes: 8 of "1.8.0_402", 17 of "17.0.15", 21 of "21-ea". */
export function javaVersion(said: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(said);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** Throws STACK_NO_MAVEN unless `mvn` can be run. */
export async function requireMaven(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run('/bin/sh', ['-c', 'command -v mvn'], { env });
  } catch (cause) {
    throw new StackError(
      'STACK_NO_MAVEN',
      'Maven is needed once, to download Kafka and the schema registry, and there is no mvn: install it ' +
        '(on Debian or Ubuntu: maven), or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to existing ones.',
      { cause },
    );
  }
}
