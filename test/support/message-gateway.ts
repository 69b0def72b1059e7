import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a gateway got under one key. */
export interface Arrival {
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** When it came first. */
  readonly at: Date;
  /** How often it came again. */
  repeats: number;
}

/**
 * What goes wrong with a request. `refuse`: it is answered with 503. `hang`: it is never answered. `break`: its connection is cut. In
 * these three the message isn't taken. `lose`: it is taken, and the connection cut before the answer, so that its sender can't know.
 * `status`: that is answered, and the message isn't taken. `answerAfter`: it is taken, and answered then.
 */
export type Trouble =
  | 'refuse'
  | 'hang'
  | 'break'
  | 'lose'
  | { readonly status: number }
  | { readonly answerAfter: Promise<unknown> };

/** A real HTTP server in place of the service that writes to customers: takes each Idempotency-Key once. */
export interface MessageGateway {
  readonly url: string;
  /** What was taken, in the order of arrival. */
  readonly arrivals: readonly Arrival[];
  /** The kinds of message that a capture's customer got, in order. */
  kindsFor(captureId: string): readonly unknown[];
  /** How many requests came, also those that weren't taken. */
  requests(): number;
  /** How many repeats said something else than the first under their key. */
  changed(): number;
  close(): void;
}

/** Decides on the trouble of a request, by its number from 0 and its key. */
export type TroubleFor = (request: { readonly index: number; readonly key: string }) => Trouble | null;

/** Trouble for the first `count` requests, and none after. */
export function first(count: number, trouble: Trouble): TroubleFor {
  return ({ index }) => (index < count ? trouble : null);
}

/** Starts a gateway on a free port of 127.0.0.1. */
export async function startMessageGateway(troubleFor: TroubleFor = () => null): Promise<MessageGateway> {
  const byKey = new Map<string, Arrival>();
  const arrivals: Arrival[] = [];
  let requests = 0;
  let changed = 0;
  const take = (key: string, body: Readonly<Record<string, unknown>>): void => {
    const known = byKey.get(key);
    if (known === undefined) {
      const arrival = { key, body, at: new Date(), repeats: 0 };
      byKey.set(key, arrival);
      arrivals.push(arrival);
      return;
    }
    known.repeats += 1;
    if (JSON.stringify(known.body) !== JSON.stringify(body)) changed += 1;
  };
  const server = createServer((request, response) => {
    const index = requests;
    requests += 1;
    const key = request.headers['idempotency-key'];
    void text(request).then((sent) => {
      if (request.method !== 'POST') {
        // As many a web server has it: there is a page at every address.
        response.writeHead(200).end();
        return;
      }
      if (typeof key !== 'string') {
        response.writeHead(400).end();
        return;
      }
      const trouble = troubleFor({ index, key });
      // A sender that posts anything but an object fails here, and with it the test.
      if (isTaken(trouble)) take(key, JSON.parse(sent) as Record<string, unknown>);
      answer(response, trouble);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The address of a server that listens on a port is no text.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/messages`,
    arrivals,
    kindsFor: (captureId) =>
      arrivals.filter(({ body }) => body['captureId'] === captureId).map(({ body }) => body['kind']),
    requests: () => requests,
    changed: () => changed,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What an event has to tell. */
export interface EventNews {
  readonly outcome: string;
  /** Of a failure only. */
  readonly payAgain: boolean;
}

/**
 * What is wrong with the messages that a capture's customer got, in the order of arrival, given the news of its events by sequence: one
 * line each, none if all is well. What a run may leave out, since it depends on when events were read, is no breach.
 */
export function breachesOf(
  events: readonly EventNews[],
  messages: readonly { readonly messageId: string; readonly kind: string; readonly text: string }[],
): string[] {
  const news = events.map(({ outcome, payAgain }) => newsOf(outcome, payAgain));
  const told = messages.map(({ messageId, kind, text: words }) => ({
    messageId,
    kind,
    sequence: Number(messageId.split(':').at(-1)),
    tells: newsOf(kind.replace('correction_', ''), words.includes('pay for it again')),
  }));
  const breaches = told.flatMap(({ messageId, kind, sequence, tells }, index) => {
    const before = told[index - 1];
    const wasFinal = before !== undefined && before.tells !== 'pending';
    const found: string[] = [];
    if (news[sequence - 1] !== tells) found.push('tells what its event does not');
    if (before !== undefined && sequence <= before.sequence) found.push('comes after a newer one');
    if (before?.tells === tells) found.push('tells the same again');
    if (wasFinal && tells === 'pending') found.push('takes an outcome back');
    if (kind.startsWith('correction_') !== wasFinal) found.push('is a correction, or none, wrongly');
    return found.map((breach) => `${messageId} (${kind}) ${breach}`);
  });
  const [last, lastTold] = [news.at(-1), told.at(-1)?.tells];
  if (last === 'pending' || last === lastTold) return breaches;
  return [...breaches, `in the end it is ${String(last)}, and they were told ${String(lastTold)}`];
}

const newsOf = (outcome: string, payAgain: boolean): string => (payAgain ? `${outcome}, pay again` : outcome);

function answer(response: ServerResponse, trouble: Trouble | null): void {
  switch (trouble) {
    case null:
      response.writeHead(204).end();
      return;
    case 'refuse':
      response.writeHead(503).end('busy');
      return;
    case 'break':
    case 'lose':
      response.destroy();
      return;
    case 'hang':
      return;
    default:
      if ('status' in trouble) response.writeHead(trouble.status, { location: '/elsewhere' }).end();
      else void trouble.answerAfter.then(() => response.writeHead(204).end());
  }
}

function isTaken(trouble: Trouble | null): boolean {
  if (trouble === null || trouble === 'lose') return true;
  return typeof trouble === 'object' && 'answerAfter' in trouble;
}
