/** As much of a connection as is needed to be rid of it. */
export interface Closable {
  destroy(): void;
}

export interface ConnectionBoundOptions {
  /** How many connections each source may keep waiting. */
  readonly perSource: number;
  /** How many all sources may. */
  readonly inAll: number;
}

/**
 * Bounds the connections that wait: for a request, or for the rest of one. Beyond the bound the one that has waited longest is closed, not
 * the new one: whoever shares an address with a provider could keep it out else, and a provider's request arrives at once.
 *
 * A connection whose request has arrived waits for us and isn't counted; nor is one that has brought a provider's.
 */
export interface ConnectionBound {
  opened(connection: Closable, source: string): void;
  /** A whole request has arrived on it. */
  arrived(connection: Closable): void;
  /** That request was a provider's. */
  trusted(connection: Closable): void;
  /** That request was answered. */
  answered(connection: Closable): void;
  closed(connection: Closable): void;
}

interface Known {
  readonly source: string;
  isTrusted: boolean;
}

export function createConnectionBound({ perSource, inAll }: ConnectionBoundOptions): ConnectionBound {
  const open = new Map<Closable, Known>();
  /** In the order in which they began to wait. */
  const waiting = new Set<Closable>();
  const waitingOf = new Map<string, Set<Closable>>();

  function wait(connection: Closable, source: string): void {
    const ofSource = waitingOf.get(source) ?? new Set();
    waitingOf.set(source, ofSource.add(connection));
    waiting.add(connection);
    closeOldest(ofSource, perSource);
    closeOldest(waiting, inAll);
  }

  function closeOldest(among: ReadonlySet<Closable>, bound: number): void {
    const [oldest] = among;
    if (among.size <= bound || oldest === undefined) return;
    forget(oldest);
    oldest.destroy();
  }

  function stopWaiting(connection: Closable): void {
    const source = open.get(connection)?.source;
    waiting.delete(connection);
    if (source === undefined) return;
    const ofSource = waitingOf.get(source);
    ofSource?.delete(connection);
    if (ofSource?.size === 0) waitingOf.delete(source);
  }

  function forget(connection: Closable): void {
    stopWaiting(connection);
    open.delete(connection);
  }

  return {
    opened: (connection, source) => {
      open.set(connection, { source, isTrusted: false });
      wait(connection, source);
    },
    arrived: stopWaiting,
    trusted: (connection) => {
      const known = open.get(connection);
      if (known !== undefined) known.isTrusted = true;
    },
    answered: (connection) => {
      const known = open.get(connection);
      if (known === undefined || known.isTrusted) return;
      stopWaiting(connection);
      wait(connection, known.source);
    },
    closed: forget,
  };
}
