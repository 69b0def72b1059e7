/** What must be undone if the transaction under way doesn't end well. One at a time, since nothing here waits. */
export class Journal {
  #undo: (() => void)[] = [];

  note(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Runs `work`; if it throws, all that it has written is gone. */
  transaction<Result>(work: () => Result): Result {
    this.#undo = [];
    try {
      return work();
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    }
  }
}

/** Rows by their key. */
export class Table<Key, Row> {
  readonly #rows = new Map<Key, Row>();
  readonly #journal: Journal;
  readonly #changed: (key: Key) => void;

  /** `changed` is told of each row that is written or deleted. */
  constructor(journal: Journal, changed: (key: Key) => void = () => undefined) {
    this.#journal = journal;
    this.#changed = changed;
  }

  get rows(): ReadonlyMap<Key, Row> {
    return this.#rows;
  }

  get(key: Key): Row | undefined {
    return this.#rows.get(key);
  }

  has(key: Key): boolean {
    return this.#rows.has(key);
  }

  set(key: Key, row: Row): void {
    this.#noteRow(key);
    this.#rows.set(key, row);
  }

  delete(key: Key): void {
    this.#noteRow(key);
    this.#rows.delete(key);
  }

  #noteRow(key: Key): void {
    this.#changed(key);
    const before = this.#rows.get(key);
    this.#journal.note(() => {
      if (before === undefined) this.#rows.delete(key);
      else this.#rows.set(key, before);
    });
  }
}

/** Rows that are only ever added. */
export class Log<Row> {
  readonly #rows: Row[] = [];
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  add(row: Row): void {
    this.#rows.push(row);
    this.#journal.note(() => this.#rows.pop());
  }
}
