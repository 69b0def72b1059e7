/** Why compressed bytes could not be decompressed; the message says it after "the batch …". */
export class CompressionFailure extends Error {
  override readonly name = 'CompressionFailure';
}

/** They would become more than may be. */
export function tooLarge(maxBytes: number): CompressionFailure {
  return new CompressionFailure(`holds more than ${String(maxBytes / MIB)} MiB`);
}

/** They aren't what the codec writes. */
export function broken(why: string, cause?: unknown): CompressionFailure {
  return new CompressionFailure(`is broken: ${why}`, { cause });
}

const MIB = 1_048_576;
