import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WALLET_SHOP } from '../../../dev/demo/shops.js';
import type { RunningWorker } from '../../../dev/demo/programs.js';
import { standingOf } from '../../../dev/demo/collect.js';
import { avroType } from '../../../src/kafka/avro/type.js';
import { frame } from '../../../src/kafka/avro/wire-format.js';
import { registryClient } from '../../../src/kafka/registry/client.js';
import { packageRoot } from '../../../src/package-root.js';
import { anOrder } from '../../support/contracts.js';
import { eventually } from '../../support/eventually.js';
import { headerOf } from '../../support/headers.js';
import type { RawMessage } from '../../support/hostile-messages.js';
import { rawOrder, rawOrderWriter } from '../../support/hostile-messages.js';
import type { OrderLine } from '../../support/order-line.js';
import { openOrderLine } from '../../support/order-line.js';
import type { DoorMode, RegistryDoor } from '../../support/registry-door.js';
import { openRegistryDoor } from '../../support/registry-door.js';
import type { SandboxAdmin } from '../../support/sandbox-admin.js';
import type { TestScene } from '../../support/scene.js';
import { openTestScene } from '../../support/scene.js';
import { bareEnvironment } from '../../support/stack-process.js';
import { adminOf } from '../../support/shop-admin.js';

/** So few at once that those that wait soon hold up everything behind them. */
const MAX_IN_FLIGHT = 4;
const settings = { CAPTURE_WORKER_MAX_IN_FLIGHT: String(MAX_IN_FLIGHT), CAPTURE_WORKER_LEASE_MARGIN: '1s' };
const ORDERS = 30;
const NOBODYS_ID = 2_000_000_000;

/** A worker at work, and what is put before it. */
class Bench {
  readonly admin: SandboxAdmin;
  /** The schema as it was first released, which a worker has to ask the registry for. */
  readonly #firstReleased = readFileSync(
    join(packageRoot(), 'schemas/released/order.fulfilled-value/1.avsc'),
    'utf8',
  );
  #firstId = 0;

  private constructor(
    readonly test: TestScene,
    readonly line: OrderLine,
    readonly worker: RunningWorker,
  ) {
    this.admin = adminOf(test.scene);
  }

  /** With a worker that has captured something already. */
  static async open(test: TestScene): Promise<Bench> {
    const line = await openOrderLine(test.scene);
    const bench = new Bench(test, line, await test.scene.startWorker());
    const registry = registryClient({ url: test.scene.stack.env.SCHEMA_REGISTRY_URL });
    const { subject } = line.contracts['order.fulfilled'];
    bench.#firstId = await registry.register(subject, bench.#firstReleased);
    await registry.close();
    assert.notEqual(bench.#firstId, line.contracts['order.fulfilled'].schemaId);
    await line.put([await bench.order('before')]);
    await bench.captured(1);
    return bench;
  }

  /** An order written with our own schema, for a payment that the wallet holds. */
  async order(paymentId: string, ms = 0): Promise<RawMessage> {
    await this.admin.authorise({ paymentId, scenario: { kind: 'delay', ms, then: { kind: 'normal' } } });
    const order = anOrder({ paymentId, orderId: `order-of-${paymentId}`, account: WALLET_SHOP.account });
    const value = rawOrderWriter(this.line.contracts['order.fulfilled'])(rawOrder(order));
    return { key: Buffer.from(paymentId), value, headers: [] };
  }

  /** The same order, as a producer of the first version writes it. */
  async orderOfOld(paymentId: string): Promise<RawMessage> {
    await this.admin.authorise({ paymentId });
    const order = anOrder({ paymentId, orderId: `order-of-${paymentId}`, account: WALLET_SHOP.account });
    const type = avroType(JSON.parse(this.#firstReleased));
    const payload = type.toBuffer({ ...order, references: {} });
    return { key: Buffer.from(paymentId), value: frame({ schemaId: this.#firstId, payload }), headers: [] };
  }

  async many(count: number, one: (paymentId: string) => Promise<RawMessage>): Promise<RawMessage[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => one(`order-${String(index)}`)));
  }

  captured(count: number): Promise<void> {
    const { pool } = this.test;
    return eventually(`${String(count)} captures`, async () => (await standingOf(pool)).succeeded === count);
  }

  /** Waits until the worker's log has so many such lines. */
  said(line: RegExp, times = 1): Promise<void> {
    return eventually(`the worker says ${String(line)}`, async () => {
      const lines = (await readFile(this.worker.logFile, 'utf8')).split('\n');
      return lines.filter((each) => line.test(each)).length >= times;
    });
  }

  /** Waits until all is done that was put on the topic. */
  async allCommitted(): Promise<void> {
    await eventually(
      'all is committed',
      async () => String(await this.line.committed()) === String(await this.line.ends()),
      60_000,
    );
  }

  async deadLetterReasons(): Promise<string[]> {
    return (await this.line.deadLetters()).map(({ headers }) => headerOf(headers, 'dlq_reason'));
  }

  /** The worker that was started first is still the one that works, and nobody was charged twice. */
  async endsWell(captures: number): Promise<void> {
    await this.captured(captures);
    const summary = await this.admin.summary();
    assert.equal(summary.doubleCaptures, 0);
    await this.worker.stop();
    assert.equal(await this.worker.ended, 'exit code 0', await this.worker.recentOutput());
  }

  async close(): Promise<void> {
    await this.line.close();
    await this.test.close();
  }
}

const nobodys: RawMessage = {
  key: Buffer.from('nobody'),
  value: frame({ schemaId: NOBODYS_ID, payload: Buffer.from('x') }),
  headers: [],
};

describe('while a part is away', () => {
  let bench: Bench;
  before(async () => {
    const { KAFKA_BROKERS } = process.env;
    // A registry and a database of its own, to be stopped.
    const env = bareEnvironment({ KAFKA_BROKERS });
    bench = await Bench.open(await openTestScene({ env, settings }, 240_000));
  });
  after(() => bench.close());

  it('the registry: orders of a schema yet to be learnt wait, none is a dead letter, and all are captured afterwards', async () => {
    const { line, test } = bench;
    const orders = await bench.many(ORDERS, (paymentId) => bench.orderOfOld(paymentId));
    const [half, rest] = [orders.slice(0, ORDERS / 2), orders.slice(ORDERS / 2)];
    await test.scene.stack.halt('registry');
    await line.put([...half, nobodys, ...rest]);
    await bench.said(/a message waits for what is away: the schema registry at/, MAX_IN_FLIGHT);
    assert.deepEqual(await bench.deadLetterReasons(), []);
    assert.notDeepEqual(await line.committed(), await line.ends(), 'consumption has stopped');

    await test.scene.stack.resume('registry');
    await bench.captured(1 + ORDERS);
    await bench.allCommitted();
    assert.deepEqual(
      await bench.deadLetterReasons(),
      ['unknown_schema'],
      'what nobody wrote, and nothing else',
    );
  });

  it('the database: orders wait, in flight or not, and are captured once each afterwards', async () => {
    const { line, test } = bench;
    const letters = (await line.deadLetters()).length;
    const orders = await bench.many(ORDERS, (name) => bench.order(`slow-${name}`, 500));
    await line.put(orders.slice(0, ORDERS / 2));
    await eventually('requests are under way', async () => (await standingOf(test.pool)).open > 0);
    await test.scene.stack.halt('postgres');
    await line.put(orders.slice(ORDERS / 2));
    await bench.said(/the store can't be written, waiting for it/);
    assert.notDeepEqual(await line.committed(), await line.ends(), 'consumption has stopped');

    await test.scene.stack.resume('postgres');
    await bench.captured(1 + 2 * ORDERS);
    await bench.allCommitted();
    assert.equal((await line.deadLetters()).length, letters, 'no order became a dead letter');
    await bench.endsWell(1 + 2 * ORDERS);
  });
});

describe('a registry that knows nothing any more', () => {
  let door: RegistryDoor;
  let bench: Bench;
  before(async () => {
    door = await openRegistryDoor(process.env['SCHEMA_REGISTRY_URL'] ?? '');
    bench = await Bench.open(
      await openTestScene({ settings: { ...settings, SCHEMA_REGISTRY_URL: door.url } }, 240_000),
    );
  });
  after(async () => {
    door.close();
    await bench.close();
  });

  const says: Readonly<Record<Exclude<DoorMode, 'registry'>, RegExp>> = {
    'no such page': /a message waits for what is away: .*status 404/,
    emptied: /a message waits for what is away: .*now there is none.*it was emptied or replaced\. Restore it/,
    replaced:
      /a message waits for what is away: .*now it is 1999999999\).*it was emptied or replaced\. Restore it/,
  };

  it('makes no order a dead letter, whether it is a proxy that says so, the registry itself or another one; an id that nobody has is one as soon as it is back', async () => {
    const { line } = bench;
    // Of ids that the worker doesn't know yet: it asks for none that it has learnt.
    const [first, third] = [await bench.orderOfOld('old-1'), await bench.orderOfOld('old-2')];
    const second = { ...nobodys, key: Buffer.from('nobody-2') };
    door.mode = 'no such page';
    await line.put([first]);
    await bench.said(says['no such page']);
    door.mode = 'emptied';
    await line.put([second]);
    await bench.said(says.emptied);
    door.mode = 'replaced';
    await line.put([third]);
    await bench.said(says.replaced);
    assert.deepEqual(await bench.deadLetterReasons(), []);
    assert.notDeepEqual(await line.committed(), await line.ends());

    door.mode = 'registry';
    await bench.captured(3);
    await bench.allCommitted();
    assert.deepEqual(await bench.deadLetterReasons(), ['unknown_schema']);
    await bench.endsWell(3);
  });
});
