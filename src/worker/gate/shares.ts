/**
 * How many calls each account may have under way, so that all of them together keep the bound of the process: what the account asks for, or,
 * if all ask for more than there is, as much less in proportion. Each has one at least, whatever the bound.
 *
 * The shares are fixed. An account that has nothing to do lends its share to nobody: whoever borrowed it could be slow to give it back.
 */
export function sharesOf(asked: readonly number[], bound: number): readonly number[] {
  const sum = asked.reduce((all, one) => all + one, 0);
  if (sum <= bound) return asked;
  return asked.map((one) => Math.max(1, Math.floor((one * bound) / sum)));
}
