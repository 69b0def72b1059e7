import type { Socket } from 'node:net';
import { tlsFault } from '../tls.js';

/** What goes wrong with a client's connections. kafkajs tries again and again, and whoever gives up waiting learns nothing from it. */
export interface Trouble {
  /** Listens to a socket to a broker, `host:port`, until it is closed. `ready` is the event that says it can be used. */
  watch(socket: Socket, broker: string, ready: 'connect' | 'secureConnect'): void;
  /** What keeps us from using connections that were made, or null if it passed. */
  note(error: Error | null): void;
  /** What was noted, or what went wrong last; null if nothing did since a connection was made. */
  last(): Error | null;
  /** Rejects as soon as TLS has failed with every broker that we were told of: that doesn't pass by itself. Never resolves. */
  readonly hopeless: Promise<never>;
}

export function watchTrouble(brokers: readonly string[]): Trouble {
  const failed = new Set<string>();
  let last: Error | null = null;
  let noted: Error | null = null;
  let giveUp: (error: Error) => void = () => undefined;
  const hopeless = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  // Who connects hears of it; here it must only not count as unheard.
  hopeless.catch(() => undefined);

  function fail(broker: string, error: Error): void {
    last = error;
    if (tlsFault(error) === null) return;
    failed.add(broker);
    if (brokers.every((one) => failed.has(one))) giveUp(error);
  }

  return {
    watch: (socket, broker, ready) => {
      socket.once(ready, () => {
        failed.delete(broker);
        last = null;
      });
      socket.once('error', (error) => {
        fail(broker, error);
      });
    },
    note: (error) => {
      noted = error;
    },
    last: () => noted ?? last,
    hopeless,
  };
}
