/** Short texts in UTF-8 without a call into the runtime, which takes longer than it takes to write them here; what isn't ASCII it gets. */

/** How many bytes a text takes. */
export function sizeOfText(text: string): number {
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}

/** Writes a text at `at`, where there must be room, and gives the place after it. */
export function putText(bytes: Buffer, text: string, at: number): number {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return at + bytes.write(text, at);
    bytes[at + index] = code;
  }
  return at + text.length;
}
