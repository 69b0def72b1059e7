/**
 * The Confluent wire format: a zero byte, the id of the writer's schema (four bytes, big-endian), then the Avro value. Every serializer
 * and console that knows a schema registry reads it.
 */
const MAGIC = 0;
const HEADER_BYTES = 5;

export interface Framed {
  readonly schemaId: number;
  readonly payload: Buffer;
}

export function frame({ schemaId, payload }: Framed): Buffer {
  const value = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  value.writeUInt8(MAGIC, 0);
  value.writeInt32BE(schemaId, 1);
  value.set(payload, HEADER_BYTES);
  return value;
}

/** Takes a value apart without copying it; null if it isn't framed so. The id can be any 32 bits, also negative. */
export function unframe(value: Uint8Array): Framed | null {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length < HEADER_BYTES || bytes.readUInt8(0) !== MAGIC) return null;
  return { schemaId: bytes.readInt32BE(1), payload: bytes.subarray(HEADER_BYTES) };
}
