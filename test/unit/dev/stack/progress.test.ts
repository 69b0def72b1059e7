import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProgressDisplay } from '../../../../dev/stack/progress-display.js';
import { progressLine, withoutPassword, type ProgressEvent } from '../../../../dev/stack/progress.js';

const STARTING: ProgressEvent = { part: 'kafka', step: 'starting' };
const READY: ProgressEvent = { part: 'kafka', step: 'ready', detail: 'port 1' };

function screen(isTTY: boolean, columns = 80) {
  let text = '';
  return { isTTY, columns, write: (more: string) => (text += more), text: () => text };
}

describe('progress', () => {
  it('is a line a step', () => {
    assert.equal(progressLine(STARTING), 'Kafka           starting');
    assert.equal(
      progressLine({ part: 'registry', step: 'ready', detail: 'port 1' }),
      'Schema registry ready, port 1',
    );
  });

  it('never shows a password', () => {
    assert.equal(withoutPassword('postgres://me:secret@host:1/db'), 'postgres://me:***@host:1/db');
    assert.equal(
      withoutPassword('http://me:secret@a/,http://me:secret@b/'),
      'http://me:***@a/,http://me:***@b/',
    );
    assert.equal(withoutPassword('127.0.0.1:9092,127.0.0.2:9092'), '127.0.0.1:9092,127.0.0.2:9092');
  });

  it('that counts up is written once where lines stay', () => {
    const out = screen(false);
    const { listener } = createProgressDisplay(out);
    for (const detail of ['1 files', '2 files', '3 files']) {
      const event: ProgressEvent = { part: 'kafka', step: 'downloading', detail };
      listener(progressLine(event), event);
    }
    listener(progressLine(STARTING), STARTING);
    assert.equal(out.text(), 'Kafka           downloading, 1 files\nKafka           starting\n');
  });

  it('is redrawn in place on a terminal, and cut to its width', () => {
    const out = screen(true, 24);
    const { listener, settle } = createProgressDisplay(out);
    listener('', STARTING);
    listener('', READY);
    settle();
    listener('', { part: 'kafka', step: 'stopped' });
    assert.equal(
      out.text(),
      '\r\u001b[K| Kafka           start\n\u001b[1A\r\u001b[K+ Kafka           ready\n\r\u001b[K+ Kafka           stopp\n',
    );
  });

  it('is shown whole on a terminal that does not know its width', () => {
    const out = screen(true, 0);
    const { listener, settle } = createProgressDisplay(out);
    listener('', READY);
    settle();
    assert.match(out.text(), /ready, port 1\n$/);
  });
});
