import type { TopicName } from './topics.js';
import { retentionMs } from './topics.js';

/** How a topic is set up that exists. */
export interface TopicState {
  readonly name: TopicName;
  /** What it is called in Kafka. */
  readonly topic: string;
  /** Copies of each partition. */
  readonly copies: number;
  /** Values by the names that brokers have for them. */
  readonly settings: ReadonlyMap<string, string>;
}

/** A setting that can lose what must not be lost, and that `topics create` would have set otherwise. */
export interface Deviation {
  readonly topic: string;
  readonly setting: string;
  /** What it is, what it should be and what comes of it; not the topic's name. */
  readonly text: string;
}

/** Where topics deviate from what `topics create` sets, as far as it matters. */
export function deviationsOf(states: readonly TopicState[]): Deviation[] {
  return states.flatMap((state) =>
    Object.entries(CHECKS).flatMap(([setting, check]) => {
      const text = check(state, states);
      return text === null ? [] : [{ topic: state.topic, setting, text: `${setting} ${text}` }];
    }),
  );
}

/** What is wrong with a setting, after its name; null if nothing is, or if the brokers didn't tell it. */
type Check = (state: TopicState, all: readonly TopicState[]) => string | null;

const CHECKS: Readonly<Record<string, Check>> = {
  'cleanup.policy': ({ name, settings }) => {
    const policy = settings.get('cleanup.policy') ?? '';
    if (!includes(policy, 'compact')) return null;
    const lost =
      name === 'order.fulfilled' ? 'orders of one payment vanish' : 'messages with the same key vanish';
    return `is ${policy}, not delete: ${lost}, all but the last`;
  },
  'retention.ms': ({ name, settings }) => {
    const wanted = retentionMs(name);
    const is = numberIn(settings, 'retention.ms');
    if (is === null || is < 0 || (wanted >= 0 && is >= wanted)) return null;
    // Brokers delete nothing by age or size under another policy.
    if (!includes(settings.get('cleanup.policy') ?? 'delete', 'delete')) return null;
    return `is ${inWords(is)}, not ${inWords(wanted)}: older messages are gone, read or not`;
  },
  'retention.bytes': ({ settings }) => {
    const is = numberIn(settings, 'retention.bytes');
    if (is === null || is < 0 || !includes(settings.get('cleanup.policy') ?? 'delete', 'delete')) return null;
    return `is ${String(is)}, not -1: the oldest messages of a larger partition are gone, read or not`;
  },
  'max.message.bytes': ({ name, settings }, all) => {
    const source = all.find((one) => name === `${one.name}.dlq`);
    const is = numberIn(settings, 'max.message.bytes');
    const ofSource = source === undefined ? null : numberIn(source.settings, 'max.message.bytes');
    if (source === undefined || is === null || ofSource === null || is >= ofSource) return null;
    return `is ${String(is)}, less than the ${String(ofSource)} of ${source.topic}: dead letters go without what doesn't fit`;
  },
  'min.insync.replicas': ({ copies, settings }) => {
    const wanted = Math.min(2, copies - 1);
    const is = numberIn(settings, 'min.insync.replicas');
    if (is === null || is >= wanted) return null;
    return `is ${String(is)}, not ${String(wanted)}: what was acknowledged can vanish with one broker`;
  },
  'unclean.leader.election.enable': ({ settings }) =>
    settings.get('unclean.leader.election.enable') === 'true'
      ? 'is true, not false: what was acknowledged can vanish with one broker'
      : null,
};

function numberIn(settings: TopicState['settings'], name: string): number | null {
  const text = settings.get(name) ?? '';
  return /^-?\d+$/.test(text) ? Number(text) : null;
}

/** Whether a policy is, or has among others, this one. */
function includes(policy: string, one: string): boolean {
  return policy.split(',').some((each) => each.trim() === one);
}

/** The largest of which there is at least one is what a person counts in. */
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function inWords(ms: number): string {
  if (ms < 0) return '-1 (for ever)';
  const [unit, length] = UNITS.find(([, each]) => ms >= each) ?? ['ms', 1];
  const count = Math.round((10 * ms) / length) / 10;
  return unit === 'ms'
    ? `${String(ms)} ms`
    : `${String(ms)} (${String(count)} ${unit}${count === 1 ? '' : 's'})`;
}
