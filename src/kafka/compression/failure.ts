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

/** Nothing is wrong with the bytes, but there was no memory to decompress them in. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}

/** Whether memory was lacking, by whoever wanted it: a codec, Node, zlib or V8. */
export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof OutOfMemory) return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : null;
  return (
    code === 'Z_MEM_ERROR' ||
    code === 'ERR_MEMORY_ALLOCATION_FAILED' ||
    /allocation failed|out of memory/i.test(error.message)
  );
}

const MIB = 1_048_576;
