import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoMessage } from '../dev/demo/orders.js';
import type { OrderProducer } from '../dev/demo/produce.js';

/** Puts planned messages on the topic at a steady rate, as long as a run needs them. */
export interface Feed {
  /** Puts these among them, with the next ones. */
  put(messages: readonly DemoMessage[]): void;
  /** From now on only orders without trouble come: what follows waits for those that were in doubt before. */
  calmDown(): void;
  /** All that was acknowledged so far. */
  produced(): readonly DemoMessage[];
  /** Ends it; resolves when what was begun is acknowledged. */
  stop(): Promise<void>;
}

export interface FeedOptions {
  readonly producer: Pick<OrderProducer, 'append'>;
  readonly messages: readonly DemoMessage[];
  readonly perSecond: number;
  readonly signal: AbortSignal;
}

const TICK_MS = 100;
const AGAIN_AFTER_MS = 200;

/**
 * What isn't acknowledged is put there again until it is, as an order service would: while Kafka is away the feed waits for it, and then a
 * message may be there twice.
 */
export function startFeed({ producer, messages, perSecond, signal }: FeedOptions): Feed {
  const produced: DemoMessage[] = [];
  const further: DemoMessage[] = [];
  const stopping = new AbortController();
  const isOver = AbortSignal.any([signal, stopping.signal]);
  let left = messages;
  let owed = 0;

  async function appendUntilThere(batch: readonly DemoMessage[]): Promise<void> {
    for (;;) {
      try {
        await producer.append(batch);
        produced.push(...batch);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        await sleep(AGAIN_AFTER_MS);
      }
    }
  }

  async function run(): Promise<void> {
    let lastMs = performance.now();
    while (!isOver.aborted) {
      await sleep(TICK_MS);
      const passedMs = performance.now() - lastMs;
      lastMs += passedMs;
      owed += (perSecond * passedMs) / 1_000;
      const count = Math.floor(owed);
      owed -= count;
      const batch = [...further.splice(0), ...left.slice(0, count)];
      left = left.slice(count);
      if (batch.length > 0) await appendUntilThere(batch);
    }
    if (further.length > 0) await appendUntilThere(further.splice(0));
  }

  const running = run();
  // Whoever stops it hears of it.
  running.catch(() => undefined);
  return {
    put: (more) => {
      further.push(...more);
    },
    calmDown: () => {
      left = left.filter(isCalm);
    },
    produced: () => produced,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

function isCalm(message: DemoMessage): boolean {
  return message.kind === 'order' && message.order.scenario.kind === 'normal';
}
