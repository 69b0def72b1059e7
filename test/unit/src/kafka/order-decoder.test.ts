import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { OrderFulfilled } from '../../../../src/capture/order.js';
import { isRejection } from '../../../../src/capture/rejection.js';
import { CaptureWorkerError, hasCode } from '../../../../src/errors.js';
import { avroType } from '../../../../src/kafka/avro/type.js';
import { frame } from '../../../../src/kafka/avro/wire-format.js';
import { orderDecoder } from '../../../../src/kafka/order-decoder.js';
import { orderEncoder } from '../../../../src/kafka/order-encoder.js';
import { packageRoot } from '../../../../src/package-root.js';
import { anOrder, contractsWithIds, MemoryRegistry } from '../../../support/contracts.js';

const contracts = contractsWithIds();
const contract = contracts['order.fulfilled'];
const clock = { monotonic: () => 0, sleep: () => Promise.resolve() };
const encode = orderEncoder(contracts, { source: '/orders' });

function started(): { registry: MemoryRegistry; decode: ReturnType<typeof orderDecoder> } {
  const registry = new MemoryRegistry();
  registry.put(contract.subject, contract.schema, contract.schemaId);
  return { registry, decode: orderDecoder(contracts, { registry, clock }) };
}

function valueOf(order: OrderFulfilled): Buffer {
  const { value } = encode(order);
  assert.ok(value);
  return Buffer.from(value);
}

async function reasonOf(value: Uint8Array | null): Promise<string> {
  const decoded = await started().decode(value);
  assert.ok(isRejection(decoded));
  assert.equal(decoded.field, 'value');
  assert.ok(decoded.problem.length > 0 && decoded.remedy.length > 0);
  return decoded.rejected;
}

const text = fc.string({ unit: 'binary', maxLength: 100 });
const amount = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z') });
const anyOrder: fc.Arbitrary<OrderFulfilled> = fc.record({
  eventId: text,
  orderId: text,
  paymentId: text,
  provider: text,
  account: text,
  authorisedAmount: amount,
  captureAmount: fc.option(amount),
  currency: text,
  captureCurrency: fc.option(text),
  authorisedAt: date,
  fulfilledAt: date,
  references: fc.array(fc.tuple(text, text)).map((entries) => new Map(entries)),
  description: fc.option(text),
});

describe('an order', () => {
  it('is decoded as it was encoded, whatever it holds', async () => {
    const { decode } = started();
    await fc.assert(
      fc.asyncProperty(anyOrder, async (order) => {
        const decoded = await decode(valueOf(order));
        assert.ok(!isRejection(decoded));
        // Numeric keys come first in an object: maps are the same in another order.
        assert.deepEqual(
          { ...decoded, references: sorted(decoded) },
          { ...order, references: sorted(order) },
        );
      }),
    );
  });

  it('survives with an amount beyond 2^53', async () => {
    const order = anOrder({ authorisedAmount: 2n ** 63n - 1n, captureAmount: 2n ** 53n + 1n });
    assert.deepEqual(await started().decode(valueOf(order)), order);
  });

  it('is read from an earlier or later version of its schema', async () => {
    const { registry, decode } = started();
    const schema = JSON.parse(contract.schema) as { fields: { name: string }[] };
    const fields = schema.fields.filter(({ name }) => name !== 'description');
    const other = {
      ...schema,
      fields: [...fields, { name: 'added', type: ['null', 'long'], default: null }],
    };
    registry.put(contract.subject, JSON.stringify(other), 7);
    const order = anOrder();
    const payload = avroType(other).toBuffer({ ...order, references: { outTradeNo: 'x' }, added: 5n });
    assert.deepEqual(await decode(frame({ schemaId: 7, payload })), {
      ...order,
      references: new Map([['outTradeNo', 'x']]),
    });
  });
});

describe('an order written with an earlier released version of the schema', () => {
  const folder = join(packageRoot(), 'schemas', 'released', `${contract.name}-value`);
  for (const file of readdirSync(folder)) {
    it(`is read: ${file}`, async () => {
      const { registry, decode } = started();
      const released: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      // The latest is our own, which has its id in our subject.
      registry.put('released-value', JSON.stringify(released), 7);
      const order = anOrder({ captureAmount: 2n ** 62n, description: 'as it was' });
      const payload = avroType(released).toBuffer({ ...order, references: { outTradeNo: 'x' } });
      assert.deepEqual(await decode(frame({ schemaId: 7, payload })), {
        ...order,
        references: new Map([['outTradeNo', 'x']]),
      });
    });
  }
});

describe('what is no order is a rejection', () => {
  const good = valueOf(anOrder());
  it('null', async () => {
    assert.equal(await reasonOf(null), 'null_value');
  });

  it('without the frame', async () => {
    for (const value of ['', '\0', '\0\0\0\0', '{"orderId":"1"}']) {
      assert.equal(await reasonOf(Buffer.from(value)), 'not_avro_framed');
    }
  });

  it('of a schema that the registry does not have', async () => {
    assert.equal(await reasonOf(frame({ schemaId: 7, payload: Buffer.alloc(0) })), 'unknown_schema');
  });

  it('of an id that no registry gives out, without asking', async () => {
    const { registry, decode } = started();
    registry.failure = new Error('asked');
    for (const schemaId of [0, -1, -(2 ** 31)]) {
      const decoded = await decode(frame({ schemaId, payload: Buffer.alloc(0) }));
      assert.ok(isRejection(decoded));
      assert.equal(decoded.rejected, 'unknown_schema');
    }
  });

  it('cut short anywhere', async () => {
    for (let length = 5; length < good.length; length++) {
      assert.equal(await reasonOf(good.subarray(0, length)), 'undecodable');
    }
  });

  it('with bytes after its end', async () => {
    assert.equal(await reasonOf(Buffer.concat([good, Buffer.from([0])])), 'undecodable');
  });

  it('of any bytes at all: decoding never throws', async () => {
    const { decode } = started();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const payload = Buffer.from(bytes);
        const decoded = await decode(frame({ schemaId: contract.schemaId, payload }));
        assert.ok(isRejection(decoded) ? decoded.rejected === 'undecodable' : decoded.orderId.length >= 0);
      }),
    );
  });

  it("with a branch that its writer's union does not have, in a field that is not ours", async () => {
    const { registry, decode } = started();
    const schema = JSON.parse(contract.schema) as { fields: object[] };
    const fields = [{ name: 'added', type: ['null', 'int'], default: null }, ...schema.fields];
    registry.put(contract.subject, JSON.stringify({ ...schema, fields }), 7);
    const payload = Buffer.concat([Buffer.from([14]), good.subarray(5)]);
    const decoded = await decode(frame({ schemaId: 7, payload }));
    assert.ok(isRejection(decoded));
    assert.equal(decoded.rejected, 'undecodable');
    assert.equal(decoded.problem, "is no value of schema 7: its bytes don't follow the schema");
  });

  it('with a map that says that it is enormous', { timeout: 5_000 }, async () => {
    const fields = JSON.parse(contract.schema) as { fields: { name: string }[] };
    const before = fields.fields.slice(
      0,
      fields.fields.findIndex(({ name }) => name === 'references'),
    );
    const head = avroType({ type: 'record', name: 'Head', fields: before }).toBuffer(anOrder());
    for (const count of [2n ** 40n, -(2n ** 62n)]) {
      const payload = Buffer.concat([head, avroType('long').toBuffer(count), Buffer.alloc(20)]);
      assert.equal(await reasonOf(frame({ schemaId: contract.schemaId, payload })), 'undecodable');
    }
  });
});

it('waits for a registry that is away instead of rejecting', async () => {
  const { registry, decode } = started();
  registry.failure = new CaptureWorkerError('REGISTRY_UNAVAILABLE', 'away');
  const value = frame({ schemaId: 7, payload: Buffer.alloc(0) });
  await assert.rejects(decode(value), (error) => hasCode(error, 'REGISTRY_UNAVAILABLE'));
});

function sorted(order: OrderFulfilled): [string, string][] {
  return [...order.references].sort(([a], [b]) => (a < b ? -1 : 1));
}
