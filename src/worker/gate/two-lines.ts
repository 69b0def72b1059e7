/** Who comes to an account's gate: an order that was just read, or a capture from the schedule. */
export type Comer = 'order' | 'due';

/**
 * Two lines before one gate. While both wait they take turns, so that neither new orders nor old captures wait for the others to run out;
 * in each line who came first goes first.
 */
export interface TwoLines<Waiter> {
  readonly length: number;
  lengthOf(line: Comer): number;
  add(line: Comer, waiter: Waiter): void;
  /** Takes out who is next; undefined if nobody waits. */
  next(): Waiter | undefined;
  /** Takes out all, in turns. */
  clear(): readonly Waiter[];
  /** Takes out those of a line who came last, so that at most `most` stay. */
  shorten(line: Comer, most: number): readonly Waiter[];
}

export function createTwoLines<Waiter>(): TwoLines<Waiter> {
  const lines: Readonly<Record<Comer, Waiter[]>> = { order: [], due: [] };
  let last: Comer = 'due';

  function next(): Waiter | undefined {
    const turn = last === 'due' ? 'order' : 'due';
    if (lines[turn].length > 0) last = turn;
    return lines[turn].shift() ?? lines[turn === 'due' ? 'order' : 'due'].shift();
  }

  return {
    get length() {
      return lines.order.length + lines.due.length;
    },
    lengthOf: (line) => lines[line].length,
    add: (line, waiter) => {
      lines[line].push(waiter);
    },
    next,
    clear: () => {
      const all: Waiter[] = [];
      for (let one = next(); one !== undefined; one = next()) all.push(one);
      return all;
    },
    shorten: (line, most) => lines[line].splice(most),
  };
}
