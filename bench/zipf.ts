/**
 * Draws from 0 to below `count` so that the n-th is drawn in proportion to 1/(n+1)^skew. `random` is from 0 to below 1.
 */
export function zipf(count: number, skew: number, random: () => number): () => number {
  const cumulated = new Float64Array(count);
  let sum = 0;
  for (let n = 0; n < count; n += 1) {
    sum += 1 / (n + 1) ** skew;
    cumulated[n] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] ?? sum) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
