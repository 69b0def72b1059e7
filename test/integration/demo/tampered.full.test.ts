import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { tamper } from '../../../dev/demo/tamper.js';
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
        return this.#err.includes('Enter compares once more');
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

/** Makes the ledger forget a capture that failed, which it has nothing booked of. */
async function forget(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ capture_id: string }>(
    `delete from ledger.captures where capture_id = (
      select max(capture_id) from ledger.captures where outcome = 'failed') returning capture_id`,
  );
  await client.end();
  const [row] = rows;
  assert.ok(row !== undefined);
  return row.capture_id;
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
    const topicPrefix = env.get('CAPTURE_WORKER_TOPIC_PREFIX') ?? '';
    const databaseUrl = env.get('DATABASE_URL') ?? '';
    const published = async (): Promise<string[]> =>
      (await kafka.read(`${topicPrefix}capture.succeeded`)).map(({ headers }) =>
        headerOf(headers, 'ce_subject'),
      );
    const before = await published();
    const target = { databaseUrl, topicPrefix, admin: kafka.admin };
    const entryId = (await tamper('posting', target)).replace('ledger entry ', '');
    const paymentId = (await tamper('row', target)).replace('payment ', '');
    await tamper('message', target);
    const after = new Set(await published());
    const [unpublished = 'none', ...others] = before.filter((captureId) => !after.has(captureId));
    assert.deepEqual(others, []);
    const forgotten = await forget(databaseUrl);

    const { code, breaks, result } = await demo.end();
    assert.equal(code, 1);
    const has = (start: string): boolean => breaks.some((line) => line.startsWith(start));
    assert.ok(has(`unbalanced: ${entryId}: `), breaks.join('\n'));
    assert.ok(has(`lost: ${unpublished}: event `), breaks.join('\n'));
    assert.ok(has(`lost: ${paymentId}: the order has no capture`), breaks.join('\n'));
    assert.ok(has(`lost: ${forgotten}: the ledger has applied no event`), breaks.join('\n'));
    assert.deepEqual([result['ledgerBalanced'], result['doubleCaptures']], [false, 0]);
    assert.deepEqual(result['lost'], 3, breaks.join('\n'));
    assert.equal((result['breaks'] as unknown[]).length, breaks.length);
  });
});
