import kafkajs from 'kafkajs';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaSettings } from './settings.js';

/** How this service reaches Kafka. The one place to add `ssl` and `sasl`. */
export function openKafka({ brokers, groupId }: KafkaSettings, log: Logger): Kafka {
  const { Kafka, logLevel } = kafkajs;
  return new Kafka({
    clientId: groupId,
    brokers,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log: { message, ...fields } }) => {
        log[level === logLevel.ERROR ? 'error' : 'warn'](fields, message);
      },
  });
}
