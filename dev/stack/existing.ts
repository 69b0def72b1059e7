import { connect } from 'node:net';
import { messageOf, StackError } from './errors.js';
import { withClient } from './postgres.js';
import type { PartName } from './progress.js';

/** What the worker is configured with to find the parts. */
export const VARIABLES = {
  kafka: 'KAFKA_BROKERS',
  registry: 'SCHEMA_REGISTRY_URL',
  postgres: 'DATABASE_URL',
} as const satisfies Record<PartName, string>;

const ANSWER_WITHIN_MS = 5000;

/** The address of a part that exists already, if the environment names one. */
export function existingAddress(part: PartName, env: NodeJS.ProcessEnv): string | undefined {
  const value = env[VARIABLES[part]]?.trim() ?? '';
  return value === '' ? undefined : value;
}

/** Throws STACK_PART_SILENT unless something answers at the address. Who may do what there is for the worker to find out. */
export async function requireAnswer(part: PartName, address: string): Promise<void> {
  try {
    await asks[part](address);
  } catch (cause) {
    throw new StackError(
      'STACK_PART_SILENT',
      `${VARIABLES[part]} is set to an address that does not answer (${reasonOf(cause)}): ` +
        'start what should be there, mend the address, or unset it to have one started.',
      { cause },
    );
  }
}

const asks: Readonly<Record<PartName, (address: string) => Promise<unknown>>> = {
  // One broker is enough to find the others, and what it wants first (TLS, a password) is not known here.
  kafka: (brokers) => Promise.any(brokers.split(',').map((broker) => openConnection(broker.trim()))),
  registry: (url) => fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }),
  postgres: (url) => withClient(url, async (client) => client.query('select 1')),
};

function openConnection(broker: string): Promise<void> {
  const colon = broker.lastIndexOf(':');
  // An IPv6 address has brackets before its port.
  const host = broker.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(broker.slice(colon + 1));
  return new Promise((resolve, reject) => {
    if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
      reject(new Error(`"${broker}" is not host:port`));
      return;
    }
    const socket = connect({ host, port, timeout: ANSWER_WITHIN_MS });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error(`${broker} did not answer`)));
    socket.once('error', reject);
  });
}

/** The text of the error at the bottom: fetch, Promise.any and connections to several addresses wrap what they met. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return reasonOf(error.cause);
  return messageOf(error);
}
