import fc from 'fast-check';

/** One step of writing text that is compressed by referring back: bytes as they are, or a copy of what came `distance` bytes ago. */
export type Step = { readonly literal: Buffer } | { readonly distance: number; readonly length: number };

export interface StepLimits {
  readonly maxLiteral: number;
  readonly minCopy: number;
  readonly maxCopy: number;
}

/** Steps that make sense one after the other: each copy refers to what is there. */
export function steps({ maxLiteral, minCopy, maxCopy }: StepLimits): fc.Arbitrary<Step[]> {
  const literal = fc
    .uint8Array({ minLength: 1, maxLength: maxLiteral, size: 'max' })
    .map((bytes) => ({ literal: Buffer.from(bytes) }));
  const copy = fc.record({
    back: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)),
    length: fc.integer({ min: minCopy, max: maxCopy }),
  });
  return fc.tuple(literal, fc.array(fc.oneof(literal, copy), { maxLength: 30 })).map(([first, rest]) => {
    let length = first.literal.length;
    return [
      first,
      ...rest.map((step): Step => {
        const before = length;
        length += 'literal' in step ? step.literal.length : step.length;
        // Not farther than any of the formats can.
        return 'literal' in step
          ? step
          : { distance: 1 + Math.floor(step.back * (Math.min(before, 65_535) - 1)), length: step.length };
      }),
    ];
  });
}

/** What the steps write, byte by byte. */
export function written(all: readonly Step[]): Buffer {
  const bytes: number[] = [];
  for (const step of all) {
    if ('literal' in step) bytes.push(...step.literal);
    else
      for (const end = bytes.length + step.length; bytes.length < end;)
        bytes.push(bytes[bytes.length - step.distance] ?? 0);
  }
  return Buffer.from(bytes);
}

/** Bytes with one of them changed, or with an end missing. */
export function damaged(bytes: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat({ max: bytes.length - 1 });
  return fc.oneof(
    at.map((length) => bytes.subarray(0, length)),
    fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(([place, change]) => {
      const copy = Buffer.from(bytes);
      copy[place] = (copy[place] ?? 0) ^ change;
      return copy;
    }),
  );
}
