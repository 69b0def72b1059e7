import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PROVIDERS } from '../../../src/capture/capture.js';
import { EVIDENCE_KINDS, rankOf } from '../../../src/capture/evidence.js';
import { REJECTION_REASONS, reject } from '../../../src/capture/rejection.js';
import { FAILURE_CATEGORIES, needsNewAuthorisation, PENDING_REASONS } from '../../../src/capture/outcome.js';
import { CONTRACTS, loadContract } from '../../../src/kafka/contract.js';
import { cloudEventHeaders } from '../../../src/kafka/cloud-events.js';
import { packageRoot } from '../../../src/package-root.js';
import { TOPICS } from '../../../src/kafka/topics.js';
import type { LogRecord } from '../../../src/ports/log.js';
import { createDeadLetterProducer } from '../../../producers/dead-letter.js';
import type { RecordSchema } from '../../support/contract-changes.js';

const page = readFileSync(join(packageRoot(), 'docs', 'events.md'), 'utf8');

/** The cells of each row of the table under a heading, the head row left out. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`));
  assert.ok(section !== undefined, `docs/events.md has no heading "${heading}"`);
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const code = (text: string): string => `\`${text}\``;
const firstColumn = (heading: string): readonly string[] => tableUnder(heading).map(([cell = '']) => cell);

describe('docs/events.md', () => {
  it('lists every category of failure, and whether it needs a new authorisation', () => {
    assert.deepEqual(
      tableUnder('Failure categories').map(([category, , needed]) => [category, needed]),
      FAILURE_CATEGORIES.map((category) => [code(category), needsNewAuthorisation(category) ? 'yes' : 'no']),
    );
  });

  it('lists every reason for pending', () => {
    assert.deepEqual(firstColumn('Pending reasons'), PENDING_REASONS.map(code));
  });

  it('lists every kind of evidence with its rank', () => {
    assert.deepEqual(
      tableUnder('Evidence kinds').map(([kind, rank]) => [kind, rank]),
      EVIDENCE_KINDS.map((kind) => [code(kind), rankOf(kind).toString()]),
    );
  });

  it('lists every reason for a dead letter, and what to do about each', () => {
    assert.deepEqual(firstColumn('Reasons'), REJECTION_REASONS.map(code));
    for (const cells of tableUnder('Reasons'))
      assert.ok(cells.length === 3 && cells.every((cell) => cell !== ''));
  });

  it('lists every header of a dead letter, in its order', async () => {
    const documented = firstColumn('Dead letters').flatMap((cell) => cell.split(', '));
    const letters: LogRecord[] = [];
    const { put } = createDeadLetterProducer({
      producer: { append: (records) => Promise.resolve(void letters.push(...records)) },
      topicOf: (topic) => topic,
      worker: '',
      maxBytes: 1,
    });
    const bytes = Buffer.from('x');
    const place = { topic: 'order.fulfilled', partition: 0, offset: 0n, timestamp: new Date(0) };
    const rejection = reject('undecodable', '', '', '');
    await put({ ...place, key: bytes, value: bytes, headers: [['own', bytes]] }, rejection);
    assert.deepEqual(
      documented,
      letters[0]?.headers.map(([name]) => code(name)),
    );
  });

  it('lists every topic', () => {
    assert.deepEqual(firstColumn('Topics'), TOPICS.map(code));
  });

  it('lists every header', () => {
    const context = { id: '', type: '', source: '', subject: '', time: new Date(0), traceparent: '' };
    assert.deepEqual(
      firstColumn('Headers'),
      cloudEventHeaders(context).map(([name]) => code(name)),
    );
  });

  it('lists every field of every schema', () => {
    const schemas = new Map(
      CONTRACTS.map((name) => [name, JSON.parse(loadContract(name).schema) as RecordSchema]),
    );
    const names = (topic: (typeof CONTRACTS)[number]): readonly string[] =>
      (schemas.get(topic)?.fields ?? []).map(({ name }) => name);
    const shared = names('capture.failed').filter((name) => names('capture.pending').includes(name));
    const own = (topic: (typeof CONTRACTS)[number]): readonly string[] =>
      names(topic).filter((name) => !shared.includes(name));
    assert.deepEqual(firstColumn('Fields of every capture event'), shared.map(code));
    assert.deepEqual(firstColumn('Fields of capture.succeeded'), own('capture.succeeded').map(code));
    assert.deepEqual(firstColumn('Fields of capture.failed'), own('capture.failed').map(code));
    assert.deepEqual(firstColumn('Fields of capture.pending'), own('capture.pending').map(code));
    assert.deepEqual(firstColumn('Fields of order.fulfilled'), names('order.fulfilled').map(code));
    assert.deepEqual(firstColumn('Fields of capture.notification'), names('capture.notification').map(code));
  });
});

describe('the schemas themselves', () => {
  const documented = (topic: (typeof CONTRACTS)[number], field: string): string => {
    const docs = [...loadContract(topic).schema.matchAll(/"name":"(\w+)","type":"string","doc":"([^"]*)"/g)];
    return docs.find(([, name]) => name === field)?.[2] ?? '';
  };
  const word = (value: string): RegExp => new RegExp(`[ ,]${value}\\b`);

  it('list the same values', () => {
    for (const category of FAILURE_CATEGORIES) {
      assert.match(documented('capture.failed', 'category'), word(category));
    }
    for (const reason of PENDING_REASONS) assert.match(documented('capture.pending', 'reason'), word(reason));
    for (const topic of CONTRACTS) {
      for (const provider of PROVIDERS) assert.match(documented(topic, 'provider'), word(provider));
    }
    for (const topic of ['capture.succeeded', 'capture.failed', 'capture.pending'] as const) {
      for (const kind of EVIDENCE_KINDS) assert.match(documented(topic, 'kind'), word(kind));
    }
  });
});
