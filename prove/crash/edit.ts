/**
 * A change of a compiled module as it is loaded: before, after or in place of a text that must be in it exactly once. Nothing is written to
 * disk, so what is published has none of it.
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
  const at = source.indexOf(anchor);
  if (at === -1) throw new Error(`${module} has no "${anchor}"`);
  if (source.includes(anchor, at + 1)) throw new Error(`${module} has "${anchor}" more than once`);
  const [before, after] = [source.slice(0, at), source.slice(at + anchor.length)];
  switch (where) {
    case 'before':
      return `${before}${code}\n${anchor}${after}`;
    case 'after':
      return `${before}${anchor}\n${code}${after}`;
    case 'instead':
      return `${before}${code}${after}`;
  }
}
