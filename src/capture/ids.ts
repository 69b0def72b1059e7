import { hash } from 'node:crypto';

/**
 * Deterministic ids: each is a hash of what it names, so the same order yields the same capture, the same request id and the same
 * events on every worker, in every region and after a restore of the database. A provider that de-duplicates by request id then
 * recognises a repeat even when we don't.
 */

/** What makes a capture ours to make: the provider's own one-capture-per-authorisation key. Unique in the store. */
export interface ClaimKey {
  readonly provider: string;
  /** The merchant's id at the provider. Account names are aliases of it and play no part. */
  readonly merchantId: string;
  /** What the provider captures by, normalised as the provider compares it. */
  readonly captureReference: string;
}

/** The capture's id (a UUID). */
export function captureIdOf(claim: ClaimKey): string {
  return uuidOf('capture', claim.provider, claim.merchantId, claim.captureReference);
}

/**
 * The request id that every attempt of one generation carries to the provider: 32 characters of lower-case hexadecimal, within every
 * provider's limit (24 or more alphanumerics, at most 64).
 */
export function requestIdOf(captureId: string, generation: number): string {
  return digestOf('request', captureId, String(generation)).slice(0, 32);
}

/** The id of a capture's n-th attempt (a UUID); attempts are numbered from 1 over the capture's life. */
export function attemptIdOf(captureId: string, attemptNumber: number): string {
  return uuidOf('attempt', captureId, String(attemptNumber));
}

/** The id of the event with this sequence (a UUID): publishing it again is recognisably the same event. */
export function eventIdOf(captureId: string, sequence: number): string {
  return uuidOf('event', captureId, String(sequence));
}

/** The id of a piece of evidence (a UUID) by its source: inserting the same evidence twice is one row. */
export function evidenceIdOf(captureId: string, source: string): string {
  return uuidOf('evidence', captureId, source);
}

/** A W3C `traceparent` for a capture whose order carried none, so that logs and events of one capture still share a trace. */
export function traceparentOf(captureId: string): string {
  const digest = digestOf('trace', captureId);
  return `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-01`;
}

/** A UUID of version 8 (RFC 9562: custom, here the first 122 free bits of a SHA-256). */
function uuidOf(...parts: string[]): string {
  const hex = digestOf(...parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variantOf(hex)}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The digit that holds the UUID's variant: its first two bits are 10, the others the hash's. */
function variantOf(hex: string): string {
  return ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
}

/**
 * SHA-256 in hexadecimal. Parts are length-prefixed, so that no two different lists of parts hash alike. In one call: a capture needs six
 * ids, and hash objects and the buffers that they return cost more than the hashing.
 */
function digestOf(...parts: string[]): string {
  let text = '';
  for (const part of parts) text += `${String(Buffer.byteLength(part))}:${part}`;
  return hash('sha256', text);
}
