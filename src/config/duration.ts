const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Reads a duration as people write it, `500ms`, `25s`, `5m`, `12h`, `30d`, into whole ms; null if it is none. A bare number is none. */
export function parseDuration(text: string): number | null {
  const parts = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const [, count = '', unit = ''] = parts ?? [];
  const ms = UNITS.get(unit);
  return ms === undefined ? null : Number(count) * ms;
}

/** Writes ms as the shortest duration that `parseDuration` reads back as the same. */
export function formatDuration(ms: number): string {
  const [unit, size] = [...UNITS].findLast(([, size]) => ms !== 0 && ms % size === 0) ?? ['ms', 1];
  return `${String(ms / size)}${unit}`;
}
