/** How much of something bounded is left. */
export interface Room {
  /** What was taken. */
  readonly taken: number;
  /** Whether something was refused: from then on all is. */
  isClosed(): boolean;
  /** Takes so much, or refuses. What is too large for the whole room is taken all the same if it is the first. */
  take(amount: number): boolean;
  close(): void;
}

export function createRoom(most: number): Room {
  let taken = 0;
  let closed = false;
  return {
    get taken() {
      return taken;
    },
    isClosed: () => closed,
    take: (amount) => {
      if (taken > 0 && taken + amount > most) closed = true;
      if (closed) return false;
      taken += amount;
      return true;
    },
    close: () => {
      closed = true;
    },
  };
}
