import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askingKafka } from '../../../../src/cli/kafka-away.js';
import { CaptureWorkerError, messageOf } from '../../../../src/errors.js';
import { manualClock } from '../../../support/manual-clock.js';

function away(type: string | null): CaptureWorkerError {
  const cause = Object.assign(new Error('cause'), type === null ? {} : { type });
  return new CaptureWorkerError('LOG_UNAVAILABLE', 'no lag', { cause });
}

describe('askingKafka', () => {
  const brokers = ['kafka-1:9092', 'kafka-2:9092'];

  it('asks again while the coordinator is being found', async () => {
    const clock = manualClock();
    const answers = [away('GROUP_LOAD_IN_PROGRESS'), away('GROUP_COORDINATOR_NOT_AVAILABLE')];
    const result = askingKafka({ brokers, clock }, () => {
      const error = answers.shift();
      return error === undefined ? Promise.resolve('lag') : Promise.reject(error);
    });
    await clock.advance(1_000);
    assert.equal(await result, 'lag');
  });

  it('gives up when it is not found in time, and says which brokers were asked', async () => {
    const clock = manualClock();
    const result = askingKafka({ brokers, clock }, () =>
      Promise.reject(away('GROUP_LOAD_IN_PROGRESS')),
    ).catch(messageOf);
    await clock.advance(20_000);
    assert.equal(await result, 'no lag (asked: kafka-1:9092, kafka-2:9092)');
  });

  it('asks once where asking again would not help', async () => {
    for (const error of [away(null), new CaptureWorkerError('TOPIC_MISSING', 'no topic')]) {
      let asked = 0;
      const result = askingKafka({ brokers, clock: manualClock() }, () => {
        asked += 1;
        return Promise.reject(error);
      });
      await assert.rejects(result, { code: error.code });
      assert.equal(asked, 1);
    }
  });
});
