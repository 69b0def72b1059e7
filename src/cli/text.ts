const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
];

/** A duration in ms for people, in its two largest units: `12ms`, `1.250s`, `3m5s`, `2d4h`. */
export function elapsed(ms: number): string {
  const whole = Math.abs(Math.round(ms));
  const sign = ms < 0 ? '-' : '';
  if (whole < 1_000) return `${sign}${String(whole)}ms`;
  if (whole < 60_000) return `${sign}${(whole / 1_000).toFixed(3)}s`;
  const index = UNITS.findIndex(([, size]) => whole >= size);
  const [unit, size] = UNITS[index] ?? ['m', 60_000];
  const [smaller, smallerSize] = UNITS[index + 1] ?? ['s', 1_000];
  const rest = Math.floor((whole % size) / smallerSize);
  return `${sign}${String(Math.floor(whole / size))}${unit}${rest === 0 ? '' : `${String(rest)}${smaller}`}`;
}
