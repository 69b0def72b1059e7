import { runCommand } from '../dev/demo/programs.js';
import type { Place } from './program.js';

/** Makes the topics of a prefix, with the schemas of their events, as an operator would. */
export async function makeTopics(
  place: Place,
  env: Readonly<Record<string, string>>,
  { prefix, partitions }: { readonly prefix: string; readonly partitions: number },
): Promise<void> {
  const prefixed = { ...env, CAPTURE_WORKER_TOPIC_PREFIX: prefix };
  await runCommand(place, prefixed, ['schemas', 'register']);
  await runCommand(place, prefixed, [
    'topics',
    'create',
    '--partitions',
    String(partitions),
    '--replication-factor',
    '1',
  ]);
}
