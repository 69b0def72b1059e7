import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, StackError } from './errors.js';
import type { PartName } from './progress.js';

/** What a kept data folder must find again: without its password or its cluster id the data can't be opened. */
export interface StackSettings {
  /** Kafka's, and the registry's name: by it a part is told from a foreign one that took its port. */
  clusterId: string;
  password: string;
  /** Where the parts listened last: preferred again, so that what was configured with them goes on working. */
  ports: Partial<Record<PartName, number[]>>;
}

const FILE = 'stack.json';

/** The folder's settings, or new ones if it is new. Throws STACK_DATA_FOLDER if they can't be read. */
export async function readSettings(dataDir: string): Promise<StackSettings> {
  try {
    return JSON.parse(await readFile(join(dataDir, FILE), 'utf8')) as StackSettings;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) {
      throw new StackError(
        'STACK_DATA_FOLDER',
        `${join(dataDir, FILE)} can't be read (${messageOf(cause)}): its data needs it; choose another data folder.`,
        { cause },
      );
    }
    return {
      // Kafka wants 16 bytes in base64url, and its command line takes a leading dash for an option.
      clusterId: `A${randomBytes(16).toString('base64url').slice(1)}`,
      password: randomBytes(12).toString('hex'),
      ports: {},
    };
  }
}

/** Replaces the file as a whole; it holds a password, so others may not read it. */
export async function writeSettings(dataDir: string, settings: StackSettings): Promise<void> {
  const draft = join(dataDir, `${FILE}.new`);
  await writeFile(draft, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, join(dataDir, FILE));
}
