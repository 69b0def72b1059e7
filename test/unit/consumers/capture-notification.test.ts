import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { consumeCaptureNotification } from '../../../consumers/capture-notification.js';
import { reject } from '../../../src/capture/rejection.js';
import { CaptureWorkerError } from '../../../src/errors.js';
import type { LogMessage } from '../../../src/ports/log.js';
import type { NotificationTaken } from '../../../src/worker/take-notification.js';
import { aCapture } from '../../support/captures.js';
import { SILENT } from '../../support/kafka.js';
import { aNotification } from '../../support/notifications.js';

const MESSAGE: LogMessage = {
  topic: 'capture.notification',
  partition: 0,
  offset: 7n,
  key: null,
  value: null,
  headers: [],
  timestamp: new Date(0),
};
const REJECTION = reject('undecodable', 'says', 'is odd', 'mend it');

/** What happens to a message, in order. */
async function consume(
  decoded: ReturnType<typeof aNotification> | typeof REJECTION,
  taken: NotificationTaken,
) {
  const did: string[] = [];
  const consumer = consumeCaptureNotification({
    decode: () => Promise.resolve(decoded),
    take: () => {
      did.push('take');
      return Promise.resolve(taken);
    },
    deadLetter: (message, { rejected }) => {
      did.push(`${message.offset.toString()}: ${rejected}`);
      return Promise.resolve();
    },
    observer: {
      notification: (provider, result) => void did.push(`${provider} ${result}`),
      deadLetter: (reason) => void did.push(`counted ${reason}`),
    },
    log: SILENT,
  });
  await consumer(MESSAGE);
  return did;
}

describe('the consumer of capture.notification', () => {
  it('hands a notification over and counts what became of it', async () => {
    const hint = aNotification({ is: 'hint' });
    assert.deepEqual(await consume(hint, { taken: 'woke' }), ['take', 'wallet woke']);
    assert.deepEqual(await consume(hint, { taken: 'folded', capture: aCapture() }), [
      'take',
      'wallet folded',
    ]);
  });

  it('makes a dead letter of one that can’t be read, and of one that can’t be taken', async () => {
    const letter = ['7: undecodable', 'counted undecodable'];
    assert.deepEqual(await consume(REJECTION, { taken: 'passed' }), letter);
    const hint = aNotification({ is: 'hint' });
    assert.deepEqual(await consume(hint, { taken: 'rejected', rejection: REJECTION }), ['take', ...letter]);
  });

  it('leaves a message uncommitted while what it needs is away', async () => {
    const away = new CaptureWorkerError('REGISTRY_UNAVAILABLE', 'away');
    const consumer = consumeCaptureNotification({
      decode: () => Promise.reject(away),
      take: () => assert.fail('nothing was decoded'),
      deadLetter: () => assert.fail('nothing is wrong with the message'),
      observer: { notification: () => assert.fail(), deadLetter: () => assert.fail() },
      log: SILENT,
    });
    await assert.rejects(consumer(MESSAGE), away);
  });
});
