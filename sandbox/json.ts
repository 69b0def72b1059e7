/**
 * Reads JSON; `undefined` if the bytes are none that a provider should act on. Bytes that aren't UTF-8 are refused, not replaced. So is an
 * object with two members of one name: one reader takes the first of them, another the last.
 */
export function parseJson(body: Uint8Array): unknown {
  const text = textOf(body);
  return text === null ? undefined : parseJsonText(text);
}

/** The text of bytes in UTF-8; `null` if they aren't. */
export function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** As `parseJson`, of a text. */
export function parseJsonText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return repeatsAMember(text) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** In JSON, a string before a colon is the name of a member of the innermost object. */
const TOKEN = /[{}]|("(?:[^"\\]|\\.)*")\s*(:?)/g;

/** Whether an object in valid JSON has two members of one name, however the name is written. */
function repeatsAMember(json: string): boolean {
  const open: Set<unknown>[] = [];
  for (const [token, string = '', colon] of json.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon === ':') {
      const name: unknown = JSON.parse(string);
      if (open.at(-1)?.has(name) === true) return true;
      open.at(-1)?.add(name);
    }
  }
  return false;
}
