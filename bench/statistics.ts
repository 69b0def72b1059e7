/** The middle of some numbers, with the least and the most of them. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Throws for no numbers at all: there is nothing to report of them. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (least === undefined || most === undefined || low === undefined || high === undefined)
    throw new Error('there are no values to take a median of');
  return { median: (low + high) / 2, least, most };
}

/** Of each round the ratio, and of these the spread: what made a round slow made it slow for both. */
export function ratios(of: readonly number[], to: readonly number[]): Spread {
  return spreadOf(of.map((value, round) => value / (to[round] ?? Number.NaN)));
}

/** The value that `share` (0 to 1) of the values don't exceed. Throws for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error('there are no values to take a quantile of');
  return found;
}

/** Throws for no values. */
export function meanOf(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there are no values to take a mean of');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How fast y grows with x: the slope of the line that is nearest to all points, by least squares. Throws unless two of them differ in x. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const [x, y] = [meanOf(points.map((point) => point.x)), meanOf(points.map((point) => point.y))];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  if (spread === 0) throw new Error('a slope needs points that differ');
  return points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}
