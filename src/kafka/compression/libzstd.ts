import { ZSTDDecoder } from 'zstddec';
import { OutOfMemory } from './failure.js';

/** libzstd as WebAssembly, as far as it is used here. Addresses and lengths are of 32 bits, unsigned, but come as if they were signed. */
export interface Libzstd {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Gives the address, or 0 if there is no memory. */
  readonly malloc: (bytes: number) => number;
  readonly free: (address: number) => void;
  /** Gives how many bytes it has written, or an error. */
  readonly ZSTD_decompress: (to: number, toBytes: number, from: number, fromBytes: number) => number;
}

/** Why libzstd has not decompressed frames. */
export type Refusal = 'no room' | 'broken';

/** The errors of libzstd that are told apart, by their numbers. They come negated, and all are below the last. */
const NO_MEMORY = 64;
const NO_ROOM = 70;
const ERRORS_BELOW = 120;

/**
 * Loaded once, when it is first needed. zstddec's own decoder doesn't look whether it got memory: without, it writes over libzstd's tables
 * and gives wrong bytes. So only its libzstd is used, which it shows to `_init`.
 */
let loaded: Promise<Libzstd> | null = null;

/** Rejects if there is no memory for it. */
export function loadLibzstd(): Promise<Libzstd> {
  return (loaded ??= load());
}

async function load(): Promise<Libzstd> {
  const shown: Libzstd[] = [];
  const noteLib: ZSTDDecoder['_init'] = (result) => {
    ZSTDDecoder.prototype._init(result);
    shown.push((result as { readonly instance: { readonly exports: Libzstd } }).instance.exports);
  };
  await Object.assign(new ZSTDDecoder(), { _init: noteLib }).init();
  const [lib] = shown;
  if (lib === undefined) throw new Error('zstddec has not shown its libzstd: it was loaded by somebody else');
  return lib;
}

/** Decompresses frames that become at most `maxBytes`, in memory of its own. Throws OutOfMemory. */
export function decompressFrames(lib: Libzstd, frames: Buffer, maxBytes: number): Buffer | Refusal {
  const from = allocate(lib, frames.length);
  try {
    const to = allocate(lib, maxBytes);
    try {
      new Uint8Array(lib.memory.buffer).set(frames, from);
      const result = lib.ZSTD_decompress(to, maxBytes, from, frames.length);
      if (result < 0 && result > -ERRORS_BELOW) return refusalOf(-result);
      // Looked at anew: libzstd's own needs may have made the memory another.
      return Buffer.from(new Uint8Array(lib.memory.buffer, to, result >>> 0));
    } finally {
      lib.free(to);
    }
  } finally {
    lib.free(from);
  }
}

function refusalOf(error: number): Refusal {
  if (error === NO_MEMORY) throw new OutOfMemory('libzstd got no memory to work in');
  return error === NO_ROOM ? 'no room' : 'broken';
}

function allocate(lib: Libzstd, bytes: number): number {
  const address = lib.malloc(bytes) >>> 0;
  if (address === 0) throw new OutOfMemory(`libzstd got no memory for ${String(bytes)} bytes`);
  return address;
}
