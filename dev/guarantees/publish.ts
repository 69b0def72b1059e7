import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../prove/report.js';
import type { Result } from '../../simulation/result.js';
import { packageRoot } from '../../src/package-root.js';
import { writeFormatted } from '../formatted.js';
import type { Evidence } from './text.js';
import { guaranteesText } from './text.js';

const FOLDER = join(packageRoot(), 'docs', 'guarantees');
const DOCUMENT = join(packageRoot(), 'docs', 'guarantees.md');

/** Keeps what was run as the last of its kind, and writes docs/guarantees.md anew from the last of each kind. */
export async function publish(run: Partial<Evidence>): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  for (const [kind, result] of Object.entries(run))
    await writeFormatted(fileOf(kind), JSON.stringify(result));
  const text = guaranteesText({
    simulation: (await published('simulation')) as Result | null,
    faults: (await published('faults')) as Report | null,
  });
  await writeFormatted(DOCUMENT, text);
}

async function published(kind: keyof Evidence): Promise<unknown> {
  try {
    return JSON.parse(await readFile(fileOf(kind), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function fileOf(kind: string): string {
  return join(FOLDER, `${kind}.json`);
}
