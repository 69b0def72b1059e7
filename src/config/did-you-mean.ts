/**
 * What was probably meant by a name that isn't known: the closest known one, or null if none is close. Close means that at most a third
 * of the shorter name's characters differ.
 */
export function didYouMean(name: string, known: Iterable<string>): string | null {
  let best: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance > Math.min(name.length, candidate.length) / 3) continue;
    if (best === null || distance < best.distance) best = { name: candidate, distance };
  }
  return best?.name ?? null;
}

/** Insertions, deletions, replacements and swaps of two neighbours that turn one text into the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const [letters, others] = [Array.from(from), Array.from(to)];
  let beforeLast: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: others.length + 1 }, (_, column) => column);
  for (const [row, letter] of letters.entries()) {
    const current = [row + 1];
    for (const [column, other] of others.entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      const swapped = letters[row - 1] === other && letter === others[column - 1];
      current.push(
        Math.min(
          replaced,
          (above[column + 1] ?? 0) + 1,
          (current[column] ?? 0) + 1,
          swapped ? (beforeLast[column - 1] ?? 0) + 1 : Infinity,
        ),
      );
    }
    beforeLast = above;
    above = current;
  }
  return above[others.length] ?? 0;
}
