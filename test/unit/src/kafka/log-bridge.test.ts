import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logLevel } from 'kafkajs';
import { pino } from 'pino';
import { bridgeLogs } from '../../../../src/kafka/log-bridge.js';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly time: number;
  readonly [field: string]: unknown;
}

/** Says something as kafkajs does and returns what becomes of it. */
function bridge(): { say: (level: logLevel, message: string, fields?: object) => Line; lines: Line[] } {
  const lines: Line[] = [];
  const log = pino({ level: 'debug', base: null }, { write: (line) => lines.push(JSON.parse(line) as Line) });
  const write = bridgeLogs(log)(logLevel.INFO);
  return {
    lines,
    say: (level, message, fields = {}) => {
      write({
        namespace: 'Connection',
        level,
        label: 'ERROR',
        log: { timestamp: '2026-03-01T12:00:00.000Z', logger: 'kafkajs', message, ...fields },
      });
      return lines.at(-1) ?? assert.fail('nothing was written');
    },
  };
}

const { debug, info, warn, error } = pino.levels.values;

describe('the bridge from the logs of kafkajs', () => {
  for (const [message, spoken, expected] of [
    ['Response GroupCoordinator(key: 10, version: 2)', logLevel.ERROR, debug],
    ['Response JoinGroup(key: 11, version: 5)', logLevel.ERROR, debug],
    ['Response Metadata(key: 3, version: 6)', logLevel.ERROR, warn],
    ['Connection error: connect ECONNREFUSED 127.0.0.1:9092', logLevel.ERROR, debug],
    ['Failed to connect to seed broker, trying another broker from the list: no', logLevel.ERROR, warn],
    ['The group is rebalancing, re-joining', logLevel.WARN, info],
    ['Crash: KafkaJSNumberOfRetriesExceeded: no', logLevel.ERROR, error],
    ['something new', logLevel.WARN, warn],
    ['Starting', logLevel.INFO, debug],
  ] as const) {
    it(`writes "${message}" at ${String(expected)}`, () => {
      const { level, msg } = bridge().say(spoken, message);
      assert.deepEqual({ level, msg }, { level: expected, msg: `kafkajs: ${message}` });
    });
  }

  it('keeps the fields and drops what pino adds by itself', () => {
    const line = bridge().say(logLevel.WARN, 'something new', { broker: 'b:1' });
    assert.deepEqual(Object.keys(line).sort(), ['broker', 'component', 'level', 'msg', 'time']);
    assert.deepEqual([line['broker'], line['component']], ['b:1', 'Connection']);
  });

  it('says in our words, as an error, that a position in a partition was lost', () => {
    const line = bridge().say(logLevel.ERROR, 'Offset out of range, resetting to default offset', {
      partition: 3,
    });
    assert.equal(line.level, error);
    assert.match(line.msg, /messages were deleted before they were read/);
    assert.equal(line['partition'], 3);
  });

  it('warns once of what is repeated', () => {
    const { say, lines } = bridge();
    for (let time = 0; time < 5; time += 1) say(logLevel.ERROR, 'Failed to connect to seed broker: no');
    assert.deepEqual(
      lines.map(({ level }) => level),
      [warn, debug, debug, debug, debug],
    );
  });
});
