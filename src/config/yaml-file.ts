import type { Document, YAMLError } from 'yaml';
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, Scalar, visit } from 'yaml';
import type { Problem } from './problem.js';
import { PASSING_ERRORS, YAML_WORDS } from './yaml-words.js';

/** A YAML (or JSON) text, read. */
export interface YamlFile {
  /** What it holds, or undefined if too little of it can be read for that. There can be problems beside it. */
  readonly content: unknown;
  readonly problems: readonly Problem[];
  /** Names a key for people, with the line it stands in: `accounts.yaml:12: main.timeout`. A key that isn't there has its parent's line. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
  /** Whether a place is in a line that couldn't be read, so that whatever else is wrong there only follows from that. */
  isUnread(place: string): boolean;
}

/**
 * Reads YAML 1.2, and with it JSON. Stricter than the format: a key that stands twice, an unknown tag or a second document is a problem,
 * since each makes a value silently not apply. No problem repeats anything of the file but keys.
 */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number): string => `${file}:${String(lines.linePos(offset).line)}`;
  const errors = [...document.errors, ...document.warnings];
  const unresolved = takeUnresolved(document);
  const unread = [...errors.filter(({ code }) => !isWellRead(code)).map(({ pos }) => pos[0]), ...unresolved];
  const unreadLines = new Set(unread.map(lineAt));

  function problemOf({ code, pos: [offset] }: YAMLError): Problem {
    const twice = code === 'DUPLICATE_KEY' ? duplicateAt(document, offset) : null;
    if (twice === null) return { place: lineAt(offset), text: YAML_WORDS[code] };
    const line = String(lines.linePos(twice.first).line);
    return {
      place: `${lineAt(offset)}: ${twice.path.join('.')}`,
      text: `stands in line ${line} already: remove one of them`,
    };
  }

  function placeOf(path: readonly PropertyKey[]): string {
    let offset = 0;
    let node: unknown = document.contents;
    for (const key of path) {
      if (!isMap(node)) break;
      // Of a key that stands twice the last one counts.
      const pair = node.items.findLast(
        (item) => isPair(item) && isScalar(item.key) && item.key.value === key,
      );
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    }
    const place = lineAt(offset);
    return path.length === 0 ? place : `${place}: ${path.map(String).join('.')}`;
  }

  const problems = [
    ...errors.map((error) => ({ at: error.pos[0], ...problemOf(error) })),
    ...unresolved.map((at) => ({ at, place: lineAt(at), text: UNRESOLVED })),
  ]
    .toSorted((a, b) => a.at - b.at)
    .map(({ place, text: words }) => ({ place, text: words }));
  const isUnread = (place: string): boolean => unreadLines.has(/^.*?:\d+(?=: |$)/.exec(place)?.[0] ?? place);
  if (errors.some(({ code }) => !PASSING_ERRORS.has(code)))
    return { content: undefined, problems, placeOf, isUnread };
  try {
    return { content: document.toJS(), problems, placeOf, isUnread };
  } catch {
    // All that is left to fail: a bomb of aliases.
    const text = 'has aliases (*) of aliases without end: write the values out';
    return { content: undefined, problems: [...problems, { place: file, text }], placeOf, isUnread };
  }
}

const UNRESOLVED =
  'has an alias (*) of something that is not in the file: put a value that begins so in quotes';

/** Whether the value is what was written, although something is wrong. */
function isWellRead(code: YAMLError['code']): boolean {
  return code === 'DUPLICATE_KEY' || code === 'MULTIPLE_DOCS';
}

/** Puts nothing in the place of every alias that leads nowhere, and returns where these are: one would keep all of the file from being read. */
function takeUnresolved(document: Document): number[] {
  const offsets: number[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      offsets.push(alias.range?.[0] ?? 0);
      return new Scalar(null);
    },
  });
  return offsets;
}

/** The key at an offset, from the top, and where the first of its name is. */
function duplicateAt(document: Document, offset: number): { path: string[]; first: number } | null {
  let found: { path: string[]; first: number } | null = null;
  visit(document, {
    Pair: (_key, pair, ancestors) => {
      if (startOf(pair.key) !== offset || !isScalar(pair.key)) return undefined;
      const name = pair.key.value;
      const map = ancestors.findLast(isMap);
      const first = map?.items.find(({ key }) => isScalar(key) && key.value === name);
      const above = ancestors.flatMap((node) => (isPair(node) && isScalar(node.key) ? [node.key.value] : []));
      found = { path: [...above, name].map(String), first: startOf(first?.key) ?? offset };
      return visit.BREAK;
    },
  });
  return found;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
