/**
 * A change of a compiled module as it is loaded: before, after or in place of a text that must be in it exactly once, but for how it is broken
 * into lines. Nothing is written to disk, so what is published has none of it.
 */
export interface Edit {
  /** The module, as a path below `dist`. */
  readonly module: string;
  readonly anchor: string;
  readonly where: 'before' | 'after' | 'instead';
  readonly code: string;
}

/** The source with the edit made. Throws if the anchor isn't there, or not alone: then the edit stands for nothing any more. */
export function edited(source: string, { module, anchor, where, code }: Edit): string {
  const [found, another] = source.matchAll(patternOf(anchor));
  if (found === undefined) throw new Error(`${module} has no "${anchor}"`);
  if (another !== undefined) throw new Error(`${module} has "${anchor}" more than once`);
  const [text] = found;
  const [before, after] = [source.slice(0, found.index), source.slice(found.index + text.length)];
  switch (where) {
    case 'before':
      return `${before}${code}\n${text}${after}`;
    case 'after':
      return `${before}${text}\n${code}${after}`;
    case 'instead':
      return `${before}${code}${after}`;
  }
}

function patternOf(anchor: string): RegExp {
  const words = anchor.trim().split(/\s+/u);
  const literal = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`));
  return new RegExp(literal.join(String.raw`\s+`), 'gu');
}
