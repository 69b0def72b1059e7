import type { Logger } from 'pino';
import { messageOf } from '../errors.js';
import type { KafkaClientConfig } from './client.js';
import { openKafkaClient } from './client.js';
import { within } from './deadline.js';
import { readTopics } from './read-topics.js';
import { deviationsOf } from './topic-settings.js';

export interface WarnOfTopicsOptions {
  readonly client: KafkaClientConfig;
  readonly prefix: string;
  readonly log: Logger;
  /** Ends it at once. */
  readonly stop: AbortSignal;
}

const DEADLINE_MS = 30_000;

/**
 * Logs a warning for each setting of our topics that can lose what must not be lost. It is advice: a worker that may not read the settings,
 * or gets no answer, says so at level debug and works on. Never rejects.
 */
export async function warnOfTopics({ client, prefix, log, stop }: WarnOfTopicsOptions): Promise<void> {
  const { kafka, sockets } = openKafkaClient(client, log.child({}, { level: 'silent' }));
  const close = (): void => {
    sockets.close();
  };
  stop.addEventListener('abort', close);
  const admin = kafka.admin({ retry: { retries: 2 } });
  const late = (): Error => new Error(`no answer within ${String(DEADLINE_MS)} ms`);
  try {
    const reading = admin.connect().then(() => readTopics(admin, prefix));
    const { states, untold } = await within(DEADLINE_MS, reading, late);
    for (const { topic, setting, text } of deviationsOf(states))
      log.warn({ topic, setting }, `topic ${topic}: ${text}; see docs/configuration.md, "Topics"`);
    for (const { topic, why } of untold)
      log.debug({ topic }, `the settings of topic ${topic} can't be read: ${why}`);
  } catch (error) {
    log.debug({ err: error }, `the settings of the topics can't be read: ${messageOf(error)}`);
  } finally {
    stop.removeEventListener('abort', close);
    await admin.disconnect().catch(() => undefined);
    close();
  }
}
