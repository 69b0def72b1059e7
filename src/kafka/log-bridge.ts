import { logLevel } from 'kafkajs';
import type { logCreator, LogEntry } from 'kafkajs';
import type { Logger } from 'pino';

type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * What kafkajs says louder or softer than it is. It logs every refused request as an error, although it tries again and most are the
 * ordinary course of a rebalance or of a broker that is starting; what fails in the end reaches its caller as a rejection.
 */
const LEVELS: readonly (readonly [pattern: RegExp, level: Level])[] = [
  [
    /^Response (Fetch|GroupCoordinator|Heartbeat|JoinGroup|SyncGroup|OffsetCommit|OffsetFetch|LeaveGroup)\b/,
    'debug',
  ],
  [/^Response /, 'warn'],
  [/the client was closed$/, 'debug'],
  // Whoever wanted the connection says it again.
  [/^Connection (error|timeout)/, 'debug'],
  [/^Failed to (connect|send)/, 'warn'],
  [/^no token for Kafka/, 'warn'],
  [/^The group is rebalancing/, 'info'],
  [/^The coordinator is not aware of this member/, 'warn'],
  [/^Restarting the consumer/, 'warn'],
  [/^Could not create topics/, 'debug'],
];

/** Orders may be gone from the topic that no worker has seen, or a topic was made anew: always something for a person to look at. */
const POSITION_LOST = 'Offset out of range, resetting';

/** What pino adds by itself. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['timestamp', 'logger', 'message']);

/** How long a line isn't said again, in ms: during an outage kafkajs repeats the same few lines every second. */
const QUIET_MS = 30_000;

/** A logger for kafkajs that writes through pino. Give it to kafkajs with its level INFO: its debug level holds whole requests. */
export function bridgeLogs(log: Logger): logCreator {
  const isNews = newsWithin(QUIET_MS);
  return () => (entry) => {
    const fields = Object.fromEntries(Object.entries(entry.log).filter(([name]) => !OWN_FIELDS.has(name)));
    const text = entry.log.message;
    if (text.startsWith(POSITION_LOST)) {
      log.error(
        { component: entry.namespace, ...fields },
        'the position in a partition is not there any more: messages were deleted before they were read, or the topic was made anew; ' +
          'reading goes on from the earliest message',
      );
      return;
    }
    const level = levelOf(entry, text);
    const said = level === 'warn' && !isNews(text) ? 'debug' : level;
    log[said]({ component: entry.namespace, ...fields }, `kafkajs: ${text}`);
  };
}

/** Tells whether a text was not said in the last `ms`. */
function newsWithin(ms: number): (text: string) => boolean {
  const saidAt = new Map<string, number>();
  return (text) => {
    const now = performance.now();
    for (const [old, at] of saidAt) if (now - at >= ms) saidAt.delete(old);
    if (saidAt.has(text)) return false;
    saidAt.set(text, now);
    return true;
  };
}

function levelOf(entry: LogEntry, text: string): Level {
  const found = LEVELS.find(([pattern]) => pattern.test(text));
  if (found !== undefined) return found[1];
  switch (entry.level) {
    case logLevel.ERROR:
      return 'error';
    case logLevel.WARN:
      return 'warn';
    case logLevel.INFO:
    case logLevel.DEBUG:
    case logLevel.NOTHING:
      return 'debug';
  }
}
