import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import confluent from '@kafkajs/confluent-schema-registry';
import { EVENT_TYPES } from '../../../src/capture/events.js';
import { isRejection } from '../../../src/capture/rejection.js';
import { hasCode } from '../../../src/errors.js';
import { frame } from '../../../src/kafka/avro/wire-format.js';
import { CONTRACTS, loadContract, type ContractName } from '../../../src/kafka/contract.js';
import { eventDecoder } from '../../../src/kafka/event-decoder.js';
import { eventEncoder } from '../../../src/kafka/event-encoder.js';
import { orderDecoder } from '../../../src/kafka/order-decoder.js';
import { orderEncoder } from '../../../src/kafka/order-encoder.js';
import { registryClient, type RegistryClient } from '../../../src/kafka/registry/client.js';
import { loadSchemas, registerSchemas } from '../../../src/kafka/schema-registry.js';
import { subjectOf, topicNames } from '../../../src/kafka/topics.js';
import { systemClock as clock } from '../../../src/system-clock.js';
import { BREAKING_CHANGES, SAFE_CHANGES, type RecordSchema } from '../../support/contract-changes.js';
import { anOrder } from '../../support/contracts.js';
import { anEvent } from '../../support/events.js';

const url = process.env['SCHEMA_REGISTRY_URL'] ?? '';

let registry: RegistryClient;
before(() => {
  assert.ok(url, 'SCHEMA_REGISTRY_URL must point to a schema registry');
  registry = registryClient({ url });
});
after(() => registry.close());

/** Topics, and so subjects, that no other test uses. */
function ownTopics(): ReturnType<typeof topicNames> {
  return topicNames(`t${randomUUID()}.`);
}

function changed(
  name: ContractName,
  change: (schema: RecordSchema) => RecordSchema,
): { name: ContractName; schema: string } {
  const schema = change(JSON.parse(loadContract(name).schema) as RecordSchema);
  return { name, schema: JSON.stringify(schema) };
}

describe('registering the schemas', () => {
  it('makes each the first version of its subject, under FULL_TRANSITIVE, and does nothing the second time', async () => {
    const topics = ownTopics();
    await assert.rejects(loadSchemas(registry, topics), (error) => hasCode(error, 'SCHEMA_NOT_REGISTERED'));
    const first = await registerSchemas(registry, topics);
    assert.deepEqual(
      first.map(({ subject, outcome }) => ({ subject, outcome })),
      CONTRACTS.map((name) => ({ subject: subjectOf(topics[name]), outcome: 'new' })),
    );
    const second = await registerSchemas(registry, topics);
    assert.deepEqual(
      second,
      first.map((registration) => ({ ...registration, outcome: 'unchanged', raisedFrom: null })),
    );
    const contracts = await loadSchemas(registry, topics);
    for (const [index, name] of CONTRACTS.entries()) {
      assert.equal(contracts[name].schemaId, first[index]?.id);
      assert.equal(await registry.compatibilityOf(contracts[name].subject), 'FULL_TRANSITIVE');
      assert.equal((await registry.schemaById(contracts[name].schemaId))?.schema, contracts[name].schema);
    }
  });

  it('raises a subject of another level and says from which', async () => {
    const topics = ownTopics();
    const subject = subjectOf(topics['capture.failed']);
    await registry.setCompatibility(subject, 'BACKWARD');
    const registrations = await registerSchemas(registry, topics);
    assert.equal(registrations.find((each) => each.subject === subject)?.raisedFrom, 'BACKWARD');
    assert.equal(await registry.compatibilityOf(subject), 'FULL_TRANSITIVE');
  });

  it('raises a subject that a producer made before us, without a level', async () => {
    const topics = ownTopics();
    const subject = subjectOf(topics['order.fulfilled']);
    const { schema } = loadContract('order.fulfilled');
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const body = JSON.stringify({ schema });
    const made = await fetch(`${url}/subjects/${subject}/versions`, { method: 'POST', headers, body });
    assert.equal(made.status, 200);
    assert.notEqual(await registry.compatibilityOf(subject), 'FULL_TRANSITIVE');
    const [registration] = await registerSchemas(registry, topics);
    assert.equal(registration?.outcome, 'unchanged');
    assert.equal(await registry.compatibilityOf(subject), 'FULL_TRANSITIVE');
  });

  it('leaves no subject without the level, and registers nothing under another', async () => {
    const topics = ownTopics();
    const { schema } = loadContract('order.fulfilled');
    const [unset, looser] = [subjectOf(topics['order.fulfilled']), subjectOf(topics['capture.failed'])];
    const id = await registry.register(unset, schema);
    assert.equal(await registry.idOf(unset, schema), id);
    assert.equal(await registry.compatibilityOf(unset), 'FULL_TRANSITIVE');
    await registry.setCompatibility(looser, 'BACKWARD');
    await assert.rejects(registry.register(looser, schema), (error) => hasCode(error, 'SCHEMA_INCOMPATIBLE'));
    assert.equal(await registry.idOf(looser, schema), null);
  });
});

describe('a changed schema', () => {
  for (const [what, change] of Object.entries(BREAKING_CHANGES)) {
    it(`is refused by the registry: ${what}`, async () => {
      const topics = ownTopics();
      await registerSchemas(registry, topics);
      for (const name of ['order.fulfilled', 'capture.pending'] as const) {
        await assert.rejects(registerSchemas(registry, topics, [changed(name, change)]), (error) => {
          assert.ok(hasCode(error, 'SCHEMA_INCOMPATIBLE'));
          assert.ok((error as Error).message.includes(subjectOf(topics[name])));
          return true;
        });
      }
    });
  }

  for (const [what, change] of Object.entries(SAFE_CHANGES)) {
    it(`is a new version: ${what}`, async () => {
      const topics = ownTopics();
      await registerSchemas(registry, topics);
      const contracts = CONTRACTS.map((name) => changed(name, change));
      const registrations = await registerSchemas(registry, topics, contracts);
      assert.deepEqual(
        registrations.map(({ outcome }) => outcome),
        CONTRACTS.map(() => 'new'),
      );
      // A worker of the version before still finds its own.
      await loadSchemas(registry, topics);
    });
  }

  it('is compared with every version, not only with the latest', async () => {
    const topics = ownTopics();
    const adding = (type: string, value: unknown): { name: ContractName; schema: string } =>
      changed('capture.failed', (schema) => ({
        ...schema,
        fields: [...schema.fields, { name: 'added', type, default: value }],
      }));
    await registerSchemas(registry, topics, [adding('string', '')]);
    await registerSchemas(registry, topics);
    await assert.rejects(registerSchemas(registry, topics, [adding('int', 0)]), (error) =>
      hasCode(error, 'SCHEMA_INCOMPATIBLE'),
    );
  });
});

describe('reading messages by the registry', () => {
  it('reads an order of a later producer, and events of a later worker', async () => {
    const topics = ownTopics();
    await registerSchemas(registry, topics);
    const now = await loadSchemas(registry, topics);
    const later = await registerSchemas(
      registry,
      topics,
      CONTRACTS.map((name) =>
        changed(name, (schema) => ({
          ...schema,
          fields: [{ name: 'added', type: 'string', default: 'later' }, ...schema.fields],
        })),
      ),
    );
    const added = Buffer.from('\x0alater', 'latin1');
    // The later schemas have one more field, before all others.
    const fromLater = (name: ContractName, value: Uint8Array | null): Buffer => {
      const payload = Buffer.concat([added, Buffer.from(value ?? []).subarray(5)]);
      return frame({ schemaId: later.find(({ topic }) => topic === topics[name])?.id ?? 0, payload });
    };
    const order = anOrder({ authorisedAmount: 2n ** 62n });
    const value = fromLater('order.fulfilled', orderEncoder(now, { source: '/orders' })(order).value);
    assert.deepEqual(await orderDecoder(now, { registry, clock })(value), order);
    const decode = eventDecoder(now, { registry, clock });
    for (const type of EVENT_TYPES) {
      const event = anEvent(type);
      const decoded = await decode(topics[type], fromLater(type, eventEncoder(now)(event, '').record.value));
      assert.ok(!isRejection(decoded));
      assert.equal(decoded.eventId, event.eventId);
    }
  });

  it('finds an id that it does not have unknown, while it still has ours', async () => {
    const topics = ownTopics();
    await registerSchemas(registry, topics);
    const contracts = await loadSchemas(registry, topics);
    const value = frame({ schemaId: 2_000_000_000, payload: Buffer.from('x') });
    const decoded = await orderDecoder(contracts, { registry, clock })(value);
    assert.ok(isRejection(decoded));
    assert.equal(decoded.rejected, 'unknown_schema');

    const order = contracts['order.fulfilled'];
    const elsewhere = { ...contracts, 'order.fulfilled': { ...order, subject: `lost-${order.subject}` } };
    await assert.rejects(orderDecoder(elsewhere, { registry, clock })(value), (error) =>
      hasCode(error, 'REGISTRY_UNAVAILABLE'),
    );
  });

  it('reads an order whose schema was registered a moment after its id was found unknown', async () => {
    const topics = ownTopics();
    await registerSchemas(registry, topics);
    const contracts = await loadSchemas(registry, topics);
    const decode = orderDecoder(contracts, { registry, clock });
    const order = anOrder();
    const { value } = orderEncoder(contracts, { source: '/orders' })(order);
    const payload = Buffer.from(value ?? []).subarray(5);
    const registerAnother = (): Promise<number> => {
      const { schema } = changed('order.fulfilled', (own) => ({ ...own, doc: randomUUID() }));
      return registry.register(subjectOf(ownTopics()['order.fulfilled']), schema);
    };
    // The registry counts; whoever registers something meanwhile gets the id instead, and then it is done again.
    for (let id = 1 + (await registerAnother()); ; id = 1 + (await registerAnother())) {
      const early = await decode(frame({ schemaId: id, payload }));
      if ((await registerAnother()) !== id || !isRejection(early)) continue;
      assert.equal(early.rejected, 'unknown_schema');
      assert.deepEqual(await decode(frame({ schemaId: id, payload })), order);
      return;
    }
  });

  it('finds a value of another topic undecodable', async () => {
    const topics = ownTopics();
    await registerSchemas(registry, topics);
    const contracts = await loadSchemas(registry, topics);
    const { record } = eventEncoder(contracts)(anEvent('capture.failed'), '');
    const decoded = await orderDecoder(contracts, { registry, clock })(record.value);
    assert.ok(isRejection(decoded));
    assert.equal(decoded.rejected, 'undecodable');
  });
});

describe("with kafkajs's own registry client", () => {
  const peer = new confluent.SchemaRegistry({ host: url });

  it('reads an order that it encoded', async () => {
    const topics = ownTopics();
    await registerSchemas(registry, topics);
    const contracts = await loadSchemas(registry, topics);
    const order = anOrder({ captureAmount: 2n ** 52n - 1n, references: new Map([['outTradeNo', 'T1']]) });
    const value = await peer.encode(await peer.getLatestSchemaId(contracts['order.fulfilled'].subject), {
      ...order,
      authorisedAmount: 150_000,
      captureAmount: 2 ** 52 - 1,
      authorisedAt: order.authorisedAt.getTime(),
      fulfilledAt: order.fulfilledAt.getTime(),
      references: { outTradeNo: 'T1' },
    });
    assert.deepEqual(await orderDecoder(contracts, { registry, clock })(value), order);
    assert.deepEqual(Buffer.from(orderEncoder(contracts, { source: '/orders' })(order).value ?? []), value);
  });

  it('writes events that it decodes', async () => {
    const topics = ownTopics();
    await registerSchemas(registry, topics);
    const encode = eventEncoder(await loadSchemas(registry, topics));
    for (const type of EVENT_TYPES) {
      const event = anEvent(type);
      const decoded: unknown = await peer.decode(Buffer.from(encode(event, '').record.value ?? []));
      const read = JSON.parse(JSON.stringify(decoded)) as Record<string, unknown>;
      assert.equal(read['eventId'], event.eventId);
      assert.equal(read['amount'], 150_000);
      assert.equal(read['occurredAt'], event.occurredAt.getTime());
      assert.equal(read['sequence'], 1);
      assert.equal(read['supersedes'], null);
      assert.match(JSON.stringify(read['evidence']), /"kind":"capture_response","rank":1,/);
    }
  });
});
