import type { CaptureEvent } from '../src/capture/events.js';
import type { LogMessage } from '../src/ports/log.js';
import type { Draws } from './draw.js';
import type { Broker } from './log/broker.js';
import { decodeEvent } from './log/codec.js';
import { isRejection } from '../src/capture/rejection.js';
import type { Timeline } from './timeline.js';

/** A subscriber that keeps the last outcome of each capture by the rule of docs/events.md: it applies what is above the last it applied. */
export interface Subscriber {
  readonly outcomes: ReadonlyMap<string, CaptureEvent>;
}

const READ_WITHIN_MS = 400;

/** Reads each topic at its own pace, so events of different topics come in any order. */
export function createSubscriber(broker: Broker, timeline: Timeline, draws: Draws): Subscriber {
  const outcomes = new Map<string, CaptureEvent>();

  function apply(event: CaptureEvent): void {
    const last = outcomes.get(event.captureId);
    if (last !== undefined && event.sequence <= last.sequence) return;
    outcomes.set(event.captureId, event);
  }

  for (const topic of ['capture.succeeded', 'capture.failed', 'capture.pending']) {
    let readAt = 0;
    broker.onAppend(topic, ({ value }: LogMessage) => {
      readAt = Math.max(readAt, timeline.now + READ_WITHIN_MS * draws.number(`subscriber ${topic}`));
      timeline.after(readAt - timeline.now, () => {
        const event = decodeEvent(value);
        if (!isRejection(event)) apply(event);
      });
    });
  }
  return { outcomes };
}
