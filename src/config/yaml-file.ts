import type { Document, Pair, YAMLError, YAMLMap } from 'yaml';
import { isAlias, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, Scalar, visit } from 'yaml';
import type { Problem } from './problem.js';
import { cut } from './problem.js';
import { PASSING_ERRORS, YAML_WORDS } from './yaml-words.js';

/** A YAML (or JSON) text, read. */
export interface YamlFile extends YamlPart {
  /** What it holds, or undefined if too little of it can be read for that. There can be problems beside it. Of a key that stands twice the last counts. */
  readonly content: unknown;
  readonly problems: readonly Problem[];
  /** Whether a place is in a line that couldn't be read, so that whatever else is wrong there only follows from that. */
  isUnread(place: string): boolean;
}

export interface YamlPart {
  /** Names a key for people, with the line it stands in: `accounts.yaml:12: main.timeout`. A key that isn't there has its parent's line. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
  /** What it maps, in the order of the file, and every time if a key stands twice; nothing if it's no map. */
  entries(): readonly YamlEntry[];
}

/** A key of a map with its value. Its places begin at this very key, though another of its name can follow. */
export interface YamlEntry extends YamlPart {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Reads YAML 1.2, and with it JSON. Stricter than the format: a key that stands twice or is no text, an unknown tag or a second document is a
 * problem, since each makes a value silently not apply. No problem repeats anything of the file but keys.
 */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  // Keys that stand twice are found by us: the parser compares all with all, and takes 1 and '1' for two.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineOf = (offset: number): string => String(lines.linePos(offset).line);
  const placeAt = (offset: number, path: readonly string[] = []): string => {
    const keys = path.map((key) => (key === '' ? '""' : cut(key))).join('.');
    return `${file}:${lineOf(offset)}${keys === '' ? '' : `: ${keys}`}`;
  };
  const errors = [...document.errors, ...document.warnings];
  const { unresolved, odd, repeated } = tidy(document);
  const unread = [
    ...errors.filter(({ code }) => code !== 'MULTIPLE_DOCS').map(({ pos }) => pos[0]),
    ...unresolved,
  ];
  const unreadLines = new Set(unread.map((offset) => placeAt(offset)));
  const problems = [
    ...errors.map(({ code, pos: [at] }: YAMLError) => ({ at, place: placeAt(at), text: YAML_WORDS[code] })),
    ...unresolved.map((at) => ({ at, place: placeAt(at), text: UNRESOLVED })),
    ...odd.map((at) => ({ at, place: placeAt(at), text: YAML_WORDS.NON_STRING_KEY })),
    ...repeated.map(({ at, path, first }) => ({
      at,
      place: placeAt(at, path),
      text: `stands in line ${lineOf(first)} already: remove one of them`,
    })),
  ]
    .toSorted((a, b) => a.at - b.at)
    .map(({ place, text: words }) => ({ place, text: words }));

  /** A part of the document: where its key begins, and the keys that lead to it. */
  function partOf(node: unknown, offset: number, above: readonly string[]): YamlPart {
    const placeOf = (path: readonly PropertyKey[]): string => {
      let [at, inner] = [offset, node];
      for (const key of path) {
        const pair = isMap(inner) ? pairsOf(inner).get(String(key)) : undefined;
        if (pair === undefined) break;
        at = startOf(pair.key) ?? at;
        inner = pair.value;
      }
      return placeAt(at, [...above, ...path.map(String)]);
    };
    const entries = (): YamlEntry[] =>
      (isMap(node) ? node.items : []).map(({ key, value }) => {
        const name = nameOf(key);
        const part = partOf(value, startOf(key) ?? offset, [...above, name]);
        return { ...part, name, value: isNode(value) ? (value.toJS(document) as unknown) : value };
      });
    return { placeOf, entries };
  }

  const isUnread = (place: string): boolean => unreadLines.has(/^.*?:\d+(?=: |$)/.exec(place)?.[0] ?? place);
  const part = partOf(document.contents, 0, []);
  if (errors.some(({ code }) => !PASSING_ERRORS.has(code)))
    return { ...part, content: undefined, problems, isUnread };
  try {
    return { ...part, content: document.toJS(), problems, isUnread };
  } catch {
    // All that is left to fail: a bomb of aliases.
    const words = 'has aliases (*) of aliases without end: write the values out';
    return { ...part, content: undefined, problems: [...problems, { place: file, text: words }], isUnread };
  }
}

const UNRESOLVED =
  'has an alias (*) of something that is not in the file: put a value that begins so in quotes';

interface Tidied {
  /** Where aliases that lead nowhere are: each would keep all of the file from being read, so nothing was put in its place. */
  readonly unresolved: readonly number[];
  /** Where keys are that are no text, but lists or maps; they were taken out with their values. */
  readonly odd: readonly number[];
  /** Keys that stand in their map already, from the top. */
  readonly repeated: readonly {
    readonly at: number;
    readonly path: readonly string[];
    readonly first: number;
  }[];
}

/** Makes the document one that can be read, and tells what had to be done for that. */
function tidy(document: Document): Tidied {
  const [unresolved, odd]: [number[], number[]] = [[], []];
  const repeated: Tidied['repeated'][number][] = [];
  const anchors = new Set<string>();
  const firsts = new Map<unknown, Map<string, number>>();
  visit(document, (_key, node, ancestors) => {
    if (isAlias(node)) {
      if (anchors.has(node.source)) return undefined;
      unresolved.push(startOf(node) ?? 0);
      return new Scalar(null);
    }
    if (isNode(node)) anchors.add(anchorOf(node));
    if (isMap(node)) {
      for (const { key } of node.items) if (!isScalar(key)) odd.push(startOf(key) ?? 0);
      node.items = node.items.filter(({ key }) => isScalar(key));
    }
    if (!isPair(node)) return undefined;
    const at = startOf(node.key) ?? 0;
    const name = nameOf(node.key);
    const map = ancestors.at(-1);
    const seen = firsts.get(map) ?? new Map<string, number>();
    firsts.set(map, seen);
    const first = seen.get(name);
    seen.set(name, first ?? at);
    if (first === undefined) return undefined;
    const above = ancestors.flatMap((ancestor) => (isPair(ancestor) ? [nameOf(ancestor.key)] : []));
    repeated.push({ at, path: [...above, name], first });
    return undefined;
  });
  return { unresolved, odd, repeated };
}

function anchorOf(node: object): string {
  return 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : '';
}

/** A key as it is called once it is read: a number or `true` by its text, nothing as the empty text. */
function nameOf(key: unknown): string {
  return isScalar<string | number | boolean | null>(key) && key.value !== null ? String(key.value) : '';
}

const PAIRS = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The pairs of a map by name; of several the last, which counts. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = PAIRS.get(map);
  if (known !== undefined) return known;
  const pairs = new Map(map.items.map((pair) => [nameOf(pair.key), pair]));
  PAIRS.set(map, pairs);
  return pairs;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
