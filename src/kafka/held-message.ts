import { hash } from 'node:crypto';
import type { LogMessage } from '../ports/log.js';
import { RecordMessage } from './batch-record.js';
import { footprintOf } from './footprint.js';

/** What holding a message takes in memory, in bytes. */
export function bytesOf(message: LogMessage): number {
  if (message instanceof RecordMessage) return message.footprint;
  const names = message.headers.reduce((sum, [name]) => sum + name.length, 0);
  return footprintOf(names + lengthOf(message), message.headers.length);
}

/**
 * The name of the lane that a message belongs in; null if it has no key. Messages of a topic with the same key share a lane. The name is a
 * digest: it stays as long as its lane, and a key can be as large as a message.
 */
export function laneOf({ topic, key }: LogMessage): string | null {
  return key === null ? null : `${topic} ${hash('sha256', key, 'base64')}`;
}

/**
 * The same message in memory of its own. As it comes from the log it lies somewhere in all that was fetched with it: whoever holds it
 * longer would hold all of that.
 */
export function detached(message: LogMessage): LogMessage {
  if (message instanceof RecordMessage) return message;
  const own = Buffer.allocUnsafeSlow(lengthOf(message));
  let at = 0;
  const copyOf = (bytes: Uint8Array): Uint8Array => {
    own.set(bytes, at);
    at += bytes.length;
    return own.subarray(at - bytes.length, at);
  };
  return {
    ...message,
    key: message.key === null ? null : copyOf(message.key),
    value: message.value === null ? null : copyOf(message.value),
    headers: message.headers.map(([name, value]) => [name, copyOf(value)] as const),
  };
}

/** The bytes of key, value and headers, without the names of these. */
function lengthOf({ key, value, headers }: LogMessage): number {
  return (
    (key?.length ?? 0) + (value?.length ?? 0) + headers.reduce((sum, [, bytes]) => sum + bytes.length, 0)
  );
}
