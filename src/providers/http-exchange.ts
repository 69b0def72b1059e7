import type { Dispatcher } from 'undici';
import { messageOf } from '../errors.js';

/** Header names in lower case; a header that came more than once is a list. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * What became of one HTTP call. `not_sent` is a proof: no byte of the request was handed to a socket. `no_answer` is everything else
 * that isn't a complete answer: the other side may have received the request and acted on it.
 * `code` is Node's or undici's error code, or one of `HTTP_CALL_CODES`.
 */
export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: HttpHeaders;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'not_sent'; readonly code: string; readonly message: string }
  | { readonly kind: 'no_answer'; readonly code: string; readonly message: string };

/** Why a call ended that no error of Node or undici ended. */
export const HTTP_CALL_CODES = {
  deadline: 'CALL_DEADLINE',
  withheld: 'CALL_WITHHELD',
  closed: 'CLIENT_CLOSED',
  repeated: 'CALL_REPEATED',
} as const;

/**
 * One call as undici sees it: the handler that turns its callbacks into one outcome.
 *
 * The line between `not_sent` and `no_answer` is `onRequestStart`: undici calls it when a connection is ready (TLS included), in the
 * same turn in which it then writes the request, and writes nothing if the request is aborted there. A call that ends without it, or
 * that is aborted in it, has not left. Past it nothing is taken back, whatever the error says: a reset can come after the other side
 * has read everything.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<HttpOutcome>;
  readonly #mayWrite: () => boolean;
  readonly #timer: NodeJS.Timeout;
  #resolve: (outcome: HttpOutcome) => void = () => undefined;
  #settled = false;
  #mayHaveLeft = false;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: HttpHeaders = {};
  #chunks: Buffer[] = [];

  /** `timeoutMs` bounds everything from now on: waiting for a connection, connecting, writing, and the whole answer. */
  constructor(timeoutMs: number, mayWrite: () => boolean) {
    this.#mayWrite = mayWrite;
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer = setTimeout(() => {
      this.#giveUp(HTTP_CALL_CODES.deadline, `not finished within ${timeoutMs} ms`);
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The call may have ended while it waited for a connection; it is still in undici's queue then.
    if (this.#settled) {
      controller.abort(new Error('the call has ended already'));
      return;
    }
    // undici may start a request anew on another connection in cases that its versions define differently. We never send twice.
    if (this.#mayHaveLeft) {
      this.#giveUp(
        HTTP_CALL_CODES.repeated,
        'the connection was lost and the request would have been repeated',
      );
      return;
    }
    if (!this.#isAllowed()) {
      this.#giveUp(HTTP_CALL_CODES.withheld, 'the right to send ran out before the request could be written');
      return;
    }
    this.#mayHaveLeft = true;
  }

  /** Also called for informational answers (1xx) before the real one, which overwrites them. */
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#settle({
      kind: 'answered',
      status: this.#status,
      headers: this.#headers,
      body: Buffer.concat(this.#chunks),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(codeOf(error), messageOf(error));
  }

  #isAllowed(): boolean {
    try {
      return this.#mayWrite();
    } catch {
      return false;
    }
  }

  /** Ends the call by our own decision. */
  #giveUp(code: string, message: string): void {
    this.#fail(code, message);
    this.#controller?.abort(new Error(message));
  }

  #fail(code: string, message: string): void {
    this.#settle({ kind: this.#mayHaveLeft ? 'no_answer' : 'not_sent', code, message });
  }

  #settle(outcome: HttpOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#chunks = [];
    this.#resolve(outcome);
  }
}

/** The error's code, or that of its cause: `connect` to a name with several addresses fails with one error for all of them. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) {
    const first: unknown = error.errors[0];
    if (first instanceof Error) return codeOf(first);
  }
  return error.name;
}
