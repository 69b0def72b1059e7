import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Problem } from './problem.js';

/** A YAML (or JSON) text, read. */
export interface YamlFile {
  /** What it holds, or undefined if it can't be read. */
  readonly content: unknown;
  readonly problems: readonly Problem[];
  /** Names a key for people, with the line it stands in: `accounts.yaml:12: main.timeout`. A key that isn't there has its parent's line. */
  placeOf(path: readonly PropertyKey[]): string;
}

/**
 * Reads YAML 1.2, and with it JSON. Stricter than the format: a key that stands twice, an unknown tag or a second document is a problem,
 * since each makes a value silently not apply.
 */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number): string => `${file}:${String(lines.linePos(offset).line)}`;
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    place: lineAt(pos[0]),
    text: message,
  }));

  function placeOf(path: readonly PropertyKey[]): string {
    let offset = 0;
    let node: unknown = document.contents;
    for (const key of path) {
      if (!isMap(node)) break;
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (pair === undefined) break;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    }
    const place = lineAt(offset);
    return path.length === 0 ? place : `${place}: ${path.map(String).join('.')}`;
  }

  if (problems.length > 0) return { content: undefined, problems, placeOf };
  try {
    return { content: document.toJS(), problems, placeOf };
  } catch (error) {
    // An alias without its anchor, or a bomb of aliases.
    return { content: undefined, problems: [{ place: file, text: String(error) }], placeOf };
  }
}
