import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Report } from '../../prove/report.js';
import type { Result } from '../../simulation/result.js';
import { packageRoot } from '../../src/package-root.js';
import type { Evidence } from './text.js';
import { guaranteesText } from './text.js';

const FOLDER = join(packageRoot(), 'docs', 'guarantees');
const DOCUMENT = join(packageRoot(), 'docs', 'guarantees.md');

/** Keeps what was run as the last of its kind, and writes docs/guarantees.md anew from that and the last of the other kind. */
export async function publish(run: Partial<Evidence>): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const simulation = run.simulation ?? ((await published('simulation')) as Result | null);
  const faults = run.faults ?? ((await published('faults')) as Report | null);
  await Promise.all([keep('simulation', simulation), keep('faults', faults)]);
  const text = guaranteesText({ simulation, faults });
  await writeFile(DOCUMENT, await format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' }));
}

async function published(kind: keyof Evidence): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(FOLDER, `${kind}.json`), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function keep(kind: keyof Evidence, run: object | null): Promise<void> {
  const file = join(FOLDER, `${kind}.json`);
  if (run === null) return;
  await writeFile(
    file,
    await format(JSON.stringify(run), { ...(await resolveConfig(file)), parser: 'json' }),
  );
}
