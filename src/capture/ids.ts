import { createHash } from 'node:crypto';

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
  return hash('request', captureId, String(generation)).toString('hex').slice(0, 32);
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
  const digest = hash('trace', captureId).toString('hex');
  return `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-01`;
}

/** A UUID of version 8 (RFC 9562: custom, here the first 122 free bits of a SHA-256). */
function uuidOf(...parts: string[]): string {
  const bytes = hash(...parts).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Parts are length-prefixed, so that no two different lists of parts hash alike. */
function hash(...parts: string[]): Buffer {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${String(Buffer.byteLength(part))}:${part}`);
  return digest.digest();
}
