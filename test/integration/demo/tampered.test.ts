import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { packageRoot } from '../../../src/package-root.js';
import { eventually } from '../../support/eventually.js';
import { headerOf } from '../../support/headers.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';

/** A demo that leaves everything running when it is through, and compares once more when it is told to end. */
class KeptDemo {
  readonly #child = spawn(
    process.execPath,
    [
      join(packageRoot(), 'dist/dev/demo/main.js'),
      '--orders',
      '60',
      '--random-seed',
      't',
      '--keep',
      '--json',
    ],
    { env: process.env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  readonly #code = new Promise<number | null>((resolve) => this.#child.once('close', resolve));
  #out = '';
  #err = '';

  constructor() {
    this.#child.stdout.on('data', (chunk: Buffer) => (this.#out += chunk.toString()));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#err += chunk.toString()));
  }

  /** Resolves with what it tells people to export, when it is through. */
  async kept(): Promise<ReadonlyMap<string, string>> {
    await eventually(
      'the demo is through',
      () => {
        assert.equal(this.#child.exitCode, null, this.#err);
        return this.#err.includes('Ctrl-C compares once more');
      },
      90_000,
    );
    const found = this.#err.matchAll(/^export (\w+)='(.*)'$/gm);
    return new Map([...found].map(([, name = '', value = '']) => [name, value]));
  }

  /** Tells it to end. `breaks` are what the second comparison lists. */
  async end(): Promise<{ code: number | null; breaks: string[]; result: Record<string, unknown> }> {
    const before = this.#err.length;
    this.#child.kill('SIGINT');
    const code = await this.#code;
    const breaks = this.#err.slice(before).match(/^ {2}(lost|mismatch|unbalanced): .*$/gm) ?? [];
    const result = JSON.parse(this.#out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    return { code, breaks: breaks.map((line) => line.trim()), result };
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

describe('the demo compares again before it ends', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  it('and names a posting, a published message and a row that somebody removed meanwhile', async (t) => {
    const demo = new KeptDemo();
    t.after(() => {
      demo.kill();
    });
    const env = await demo.kept();
    const topic = `${env.get('CAPTURE_WORKER_TOPIC_PREFIX') ?? ''}capture.succeeded`;
    const [first] = await kafka.read(topic);
    assert.ok(first !== undefined);
    const unpublished = headerOf(first.headers, 'ce_subject');
    await kafka.admin.deleteTopicRecords({
      topic,
      partitions: [{ partition: first.partition, offset: String(first.offset + 1n) }],
    });

    const client = new pg.Client({ connectionString: env.get('DATABASE_URL') });
    await client.connect();
    // Past the triggers and references, as only an administrator can.
    await client.query("set session_replication_role = 'replica'");
    const posting = await client.query<{ entry_id: string }>(
      `delete from ledger.postings where account = 'sales' and entry_id = (
        select min(entry_id) from ledger.entries where capture_id <> $1) returning entry_id`,
      [unpublished],
    );
    const row = await client.query<{ payment_id: string; capture_id: string }>(
      `delete from captures where payment_id = (
        select min(payment_id) from captures where state = 'failed') returning payment_id, capture_id`,
    );
    await client.end();
    const [entryId, paymentId] = [posting.rows[0]?.entry_id, row.rows[0]?.payment_id];
    assert.ok(entryId !== undefined && paymentId !== undefined);

    const { code, breaks, result } = await demo.end();
    assert.equal(code, 1);
    const has = (start: string): boolean => breaks.some((line) => line.startsWith(start));
    assert.ok(has(`unbalanced: ${entryId}: `), breaks.join('\n'));
    assert.ok(has(`lost: ${unpublished}: event `), breaks.join('\n'));
    assert.ok(has(`lost: ${paymentId}: the order has no capture`), breaks.join('\n'));
    assert.deepEqual([result['ledgerBalanced'], result['lost'], result['doubleCaptures']], [false, 2, 0]);
  });
});
