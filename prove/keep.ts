import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../dev/demo/scene.js';
import type { Break } from './invariants/all.js';

/** How many captures' stories are kept of a run. */
const STORIES = 10;

/** Keeps of a run that broke something what tells why: the logs, what broke, and the stories of the captures that it names. */
export async function keepTraces(
  scene: Pick<Scene, 'folder' | 'command'>,
  breaks: readonly Break[],
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'breaks.json'), `${JSON.stringify(breaks, null, 2)}\n`);
  for (const id of new Set(breaks.slice(0, STORIES).map((one) => one.id))) {
    // What names no capture has no story.
    await scene.command('captures', 'show', id).catch(() => undefined);
  }
  const logs = (await readdir(scene.folder)).filter((name) => name.endsWith('.log'));
  await Promise.all(logs.map((name) => copyFile(join(scene.folder, name), join(folder, name))));
}
