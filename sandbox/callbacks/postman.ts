import { Agent, request } from 'undici';
import type { Reply, Sealed } from './letter.js';

const PATIENCE_MS = 10_000;

/** Carries letters over HTTP and brings back the replies. */
export class Postman {
  readonly #agent = new Agent({
    connections: 64,
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
    connect: { timeout: PATIENCE_MS },
  });

  /** What was replied; null if nothing was, within 10 s. Never throws. */
  async carry(to: URL, { headers, body }: Sealed): Promise<Reply | null> {
    try {
      const response = await request(to, {
        method: 'POST',
        headers: { ...headers },
        body,
        dispatcher: this.#agent,
      });
      return { status: response.statusCode, body: await response.body.text() };
    } catch {
      return null;
    }
  }

  /** Breaks off what is on its way. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
