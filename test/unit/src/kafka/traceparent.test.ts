import assert from 'node:assert/strict';
import { it } from 'node:test';
import { traceparentOf } from '../../../../src/capture/ids.js';
import { isTraceparent, parseTraceparent, traceparentIn } from '../../../../src/kafka/traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const VALID = `00-${TRACE}-${PARENT}-01`;

it('keeps a valid traceparent as it is', () => {
  for (const text of [
    VALID,
    `00-${TRACE}-${PARENT}-00`,
    `00-${TRACE}-${PARENT}-ff`,
    traceparentOf('capture'),
  ]) {
    assert.equal(parseTraceparent(text), text);
    assert.equal(isTraceparent(text), true);
  }
});

it('takes of a later version what version 00 knows of it', () => {
  assert.equal(parseTraceparent(`01-${TRACE}-${PARENT}-01`), VALID);
  assert.equal(parseTraceparent(`cc-${TRACE}-${PARENT}-03-what-the-future-brings`), VALID);
  assert.equal(parseTraceparent(`cc-${TRACE}-${PARENT}-02`), `00-${TRACE}-${PARENT}-00`);
  assert.equal(isTraceparent(`01-${TRACE}-${PARENT}-01`), false);
});

it('ignores an invalid one', () => {
  const invalid = [
    '',
    'x',
    `ff-${TRACE}-${PARENT}-01`,
    `0-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01-`,
    `01-${TRACE}-${PARENT}-01more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    ` ${VALID}`,
    `${VALID}\n`,
  ];
  for (const text of invalid) assert.equal(parseTraceparent(text), null, JSON.stringify(text));
});

it('is found among the headers, in any case, the last of several', () => {
  const bytes = (text: string): Buffer => Buffer.from(text);
  assert.equal(traceparentIn([]), null);
  assert.equal(traceparentIn([['other', bytes(VALID)]]), null);
  assert.equal(traceparentIn([['TraceParent', bytes(VALID)]]), VALID);
  assert.equal(traceparentIn([['traceparent', bytes('bad')]]), null);
  const later = `00-${TRACE}-${PARENT}-00`;
  assert.equal(
    traceparentIn([
      ['traceparent', bytes(VALID)],
      ['traceparent', bytes(later)],
    ]),
    later,
  );
});
