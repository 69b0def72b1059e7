import { randomBytes } from 'node:crypto';
import { seeded } from '../../dev/demo/orders.js';
import type { Announcement, Capture } from '../../src/capture/capture.js';
import { PROVIDERS } from '../../src/capture/capture.js';
import type { CaptureEvent } from '../../src/capture/events.js';
import { nextEvent } from '../../src/capture/events.js';
import { FAILURE_CATEGORIES, PENDING_REASONS } from '../../src/capture/outcome.js';
import { anAnswer, EPOCH } from './captures.js';
import { captureOfPayment } from './store.js';

/** All events of one capture, from its first to its newest: at least one, their sequences from 1 without gaps. */
export interface History {
  readonly captureId: string;
  readonly events: readonly CaptureEvent[];
  readonly newest: CaptureEvent;
}

/** What the random choices of a test are made from: TEST_RANDOM_SEED if it is set, to run a failure again. Tell it in what fails. */
export function randomSeed(): string {
  return process.env['TEST_RANDOM_SEED'] ?? randomBytes(4).toString('hex');
}

const CURRENCIES = ['IQD', 'USD', 'JPY', 'EUR', 'BHD'] as const;
const MOST_EVENTS = 5;
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Histories that the product could publish, of captures of their own: each of 1 to 5 events, with corrections that name what they
 * supersede, in several currencies, some of amounts beyond 2^53. The same text gives the same histories.
 */
export function randomHistories(seed: string, count: number): History[] {
  const random = seeded(`${seed}:histories`);
  return Array.from({ length: count }, (_, index) => {
    const provider = pick(PROVIDERS, random);
    let capture = captureOfPayment(`pay-${seed}-${String(index)}`, {
      provider,
      account: `${provider}-shop`,
      money: { amount: amountFrom(random), currency: pick(CURRENCIES, random) },
    });
    const events = [nextOf(capture, firstAnnouncement(random))];
    for (let more = below(MOST_EVENTS, random); more > 0; more -= 1) {
      const announced = events.at(-1)?.announcement ?? 'pending/unknown';
      const { sequence } = capture;
      capture = { ...capture, sequence: sequence + 1, announced };
      events.push(nextOf(capture, announcementAfter(announced, random)));
    }
    const [newest] = events.slice(-1).map(({ event }) => event);
    if (newest === undefined) throw new Error('a history has at least one event');
    return { captureId: capture.captureId, events: events.map(({ event }) => event), newest };
  });
}

interface Step {
  readonly announcement: Announcement;
  readonly event: CaptureEvent;
}

function nextOf(capture: Capture, announcement: Announcement): Step {
  const at = new Date(EPOCH.getTime() + capture.sequence * 60_000);
  const succeeded = announcement === 'succeeded';
  const details = {
    announcement,
    sequence: capture.sequence + 1,
    by: announcement === 'pending/not_sent' ? null : anAnswer(capture.sequence + 1, { is: 'unknown' }),
    at,
    nextInquiryAt: announcement === 'pending/unknown' ? new Date(at.getTime() + 5_000) : null,
  };
  const event = nextEvent(
    succeeded
      ? {
          ...capture,
          status: { state: 'succeeded', providerCaptureId: 'provider-capture-1', capturedAt: at },
        }
      : capture,
    details,
  );
  return { announcement, event };
}

function firstAnnouncement(random: () => number): Announcement {
  const draw = random();
  if (draw < 0.4) return 'succeeded';
  return draw < 0.55 ? failure(random) : doubt(random);
}

/** Never the same twice, and a success never open again, as in the product. A failed one can be sent again by an operator. */
function announcementAfter(announced: Announcement, random: () => number): Announcement {
  if (announced === 'succeeded') return failure(random);
  const draw = random();
  const next = draw < 0.6 ? 'succeeded' : draw < 0.8 ? failure(random) : doubt(random);
  return next === announced ? 'succeeded' : next;
}

const failure = (random: () => number): Announcement => `failed/${pick(FAILURE_CATEGORIES, random)}`;
const doubt = (random: () => number): Announcement => `pending/${pick(PENDING_REASONS, random)}`;

/** One in four is beyond what a JavaScript number holds exactly, one in twenty the most that 64 bits hold. */
function amountFrom(random: () => number): bigint {
  const draw = random();
  if (draw < 0.05) return INT64_MAX;
  if (draw < 0.25) return 2n ** 53n + 1n + 2n * BigInt(below(1_000_000, random));
  return BigInt(1 + below(10_000_000, random));
}

/**
 * The events of the histories as the product could append them: each capture's in their order, those of different captures in any, and
 * about one in five again at any later point, since publishing is at least once.
 */
export function interleaved(histories: readonly History[], seed: string): CaptureEvent[] {
  const random = seeded(`${seed}:interleaved`);
  const open = histories.map(({ events }) => [...events]);
  const appended: CaptureEvent[] = [];
  while (open.length > 0) {
    const index = below(open.length, random);
    const next = open[index]?.shift();
    if (next === undefined) open.splice(index, 1);
    else appended.push(next);
    if (appended.length > 0 && random() < 0.2) appended.push(pick(appended, random));
  }
  return appended;
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

function pick<T>(things: readonly T[], random: () => number): T {
  const thing = things[below(things.length, random)];
  if (thing === undefined) throw new RangeError('there is nothing to pick from');
  return thing;
}
