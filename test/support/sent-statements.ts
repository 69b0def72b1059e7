import type pg from 'pg';

/** A statement as it was sent, with its values. */
export interface Sent {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Keeps what is sent on this connection. */
export function recordStatements(client: pg.ClientBase, sent: Sent[]): void {
  const query = client.query.bind(client) as (...input: unknown[]) => unknown;
  const recording = (...input: unknown[]): unknown => {
    const [config] = input;
    if (isSent(config)) sent.push(config);
    return query(...input);
  };
  Object.assign(client, { query: recording });
}

function isSent(config: unknown): config is Sent {
  return (
    typeof config === 'object' &&
    config !== null &&
    'name' in config &&
    'text' in config &&
    'values' in config
  );
}
