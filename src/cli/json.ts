/**
 * Writes a value as one JSON document. Bytes become text where they are UTF-8, else base64 with a prefix that says so; bigints become
 * text, since readers of JSON would round them.
 */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, replace, 2)}\n`;
}

function replace(this: unknown, key: string, value: unknown): unknown {
  // A Buffer has its own idea of JSON, and by the time `value` is here it was applied.
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Uint8Array) return bytesAsText(original);
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Bytes for people: as text if they are UTF-8 without control characters, else base64. */
export function bytesAsText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!/\p{Cc}/u.test(text.replaceAll(/[\t\n\r]/g, ''))) return text;
  } catch {
    // Not UTF-8.
  }
  return `base64:${Buffer.from(bytes).toString('base64')}`;
}
