import type { ConnectionOptions } from 'node:tls';
import { Kafka, logLevel } from 'kafkajs';
import type { SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';
import { isLoopback } from '../loopback.js';
import { installCodecs } from './compression/codecs.js';
import { mendFetch } from './fetch-decoding.js';
import { mendFetchRecovery } from './fetch-recovery.js';
import { bridgeLogs } from './log-bridge.js';
import { mendMembership } from './membership.js';
import { mendProduce } from './produce-encoding.js';
import { mendRecordHeaders } from './record-headers.js';
import { mendReauthentication } from './reauthentication.js';
import { mendRequestQueue } from './request-queue.js';
import { signIn } from './sign-in.js';
import type { Sockets } from './sockets.js';
import { createSockets } from './sockets.js';
import type { Trouble } from './trouble.js';
import { watchTrouble } from './trouble.js';

/** How to reach Kafka. */
export interface KafkaClientConfig {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: ConnectionOptions | boolean;
  readonly sasl?: SASLOptions;
  /** Whether to connect to brokers of this machine alone, whatever addresses they tell. */
  readonly loopbackOnly?: boolean;
  /** How long a broker may take to answer before the request is given up and its socket dropped, in ms. */
  readonly requestTimeoutMs?: number;
  /** For tests that come between us and the broker. */
  readonly sockets?: () => Sockets;
}

export interface KafkaClient {
  readonly kafka: Kafka;
  readonly sockets: Sockets;
  readonly trouble: Trouble;
}

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** About 20 s in all: brokers that start make clients wait that long for the coordinator of a group. */
const RETRY = { initialRetryTime: 200, maxRetryTime: 3_000, retries: 10 };

/**
 * A client of its own for each consumer, producer and admin: kafkajs shares one cache of committed offsets among all consumers of a
 * client, and the sockets of a client are dropped together. Connects to nothing yet.
 */
export function openKafkaClient(config: KafkaClientConfig, log: Logger): KafkaClient {
  installCodecs();
  mendRequestQueue();
  mendFetch();
  mendFetchRecovery();
  mendMembership();
  mendProduce();
  mendReauthentication();
  mendRecordHeaders();
  const sockets = (config.sockets ?? createSockets)();
  const trouble = watchTrouble(config.brokers);
  const kafka = new Kafka({
    // Having no broker is the one failure to connect that kafkajs doesn't repeat: after closing it must not go on trying.
    brokers: () => (sockets.closed ? [] : [...config.brokers]),
    clientId: config.clientId,
    ...(config.ssl !== undefined && { ssl: config.ssl }),
    ...(config.sasl !== undefined && { sasl: signIn(config.sasl, { sockets, trouble }) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: config.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    retry: RETRY,
    socketFactory: (args) => {
      if (config.loopbackOnly === true && !isLoopback(args.host)) throw staysHere(args.host, trouble);
      const socket = sockets.factory(args);
      trouble.watch(
        socket,
        `${args.host}:${String(args.port)}`,
        config.ssl === undefined ? 'connect' : 'secureConnect',
      );
      return socket;
    },
    logLevel: logLevel.INFO,
    logCreator: bridgeLogs(log),
  });
  return { kafka, sockets, trouble };
}

function staysHere(host: string, trouble: Trouble): Error {
  const error = new Error(
    `the cluster says that a broker is at ${host}, and without TLS no secret is sent beyond this machine`,
  );
  trouble.note(error);
  return error;
}
