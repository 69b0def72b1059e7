/**
 * Reads the parts of records (Kafka's format 2) one after the other. All numbers are varints: seven bits in each byte, the lowest first,
 * and the sign in the lowest bit of all. Throws where the bytes end too early.
 */
export class RecordReader {
  constructor(
    private readonly bytes: Buffer,
    private position = 0,
  ) {}

  get at(): number {
    return this.position;
  }

  moveTo(next: number): void {
    if (next < this.position || next > this.bytes.length) throw notRecords();
    this.position = next;
  }

  skip(count: number): void {
    this.moveTo(this.position + count);
  }

  varint(): number {
    const { bytes } = this;
    let at = this.position;
    let zigzag = 0;
    // Beyond 53 bits it isn't exact; that is so for times alone, which `time` reads.
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at];
      if (byte === undefined || factor > LONGEST) throw notRecords();
      at += 1;
      zigzag += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    this.position = at;
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  /** A number of 64 bits. */
  varlong(): bigint {
    const { bytes } = this;
    const begin = this.position;
    const near = this.varint();
    if (Number.isSafeInteger(near * 2)) return BigInt(near);
    let zigzag = 0n;
    for (let at = begin; at < this.position; at += 1)
      zigzag |= BigInt((bytes[at] ?? 0) & 0x7f) << BigInt(7 * (at - begin));
    return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
  }

  /** Reads a length, and returns where what is so long ends. */
  endOfSized(): number {
    const length = this.varint();
    return this.position + length;
  }

  /** Passes over bytes with their length before them; the length of null is -1. */
  skipSized(): void {
    const length = this.varint();
    this.moveTo(this.position + Math.max(0, length));
  }

  /** Bytes with their length before them, where they lie; null if that is what they are. */
  sized(): Buffer | null {
    const length = this.varint();
    const begin = this.position;
    if (length < 0) return null;
    this.moveTo(begin + length);
    return this.bytes.subarray(begin, this.position);
  }
}

/** The factor of the tenth byte of a varint, which is the last that one of 64 bits can have. */
const LONGEST = 128 ** 9;

export function notRecords(): Error {
  return new Error('is broken: its records are not laid out as records are');
}
