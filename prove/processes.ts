import type { Worker } from '../dev/stack/crew.js';

/** Of a process that was told to stop: what is wrong with how it ended, if anything is. */
export async function endedBadly(title: string, process: Pick<Worker, 'ended'>): Promise<readonly string[]> {
  const how = await process.ended;
  return how === 'exit code 0' ? [] : [`${title} was told to stop, and ended with ${how}`];
}
