import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ajv from 'ajv';
import { parse } from 'yaml';
import { z } from 'zod';
import { createDeadLetterProducer } from '../../../producers/dead-letter.js';
import { EVENT_TYPES } from '../../../src/capture/events.js';
import { reject } from '../../../src/capture/rejection.js';
import { consumptionsOf } from '../../../src/kafka/consumption.js';
import type { ContractName } from '../../../src/kafka/contract.js';
import { CONTRACTS, loadContract } from '../../../src/kafka/contract.js';
import { eventEncoder } from '../../../src/kafka/event-encoder.js';
import { notificationEncoder } from '../../../src/kafka/notification-encoder.js';
import { orderEncoder } from '../../../src/kafka/order-encoder.js';
import { HEADERS_OMITTED } from '../../../src/kafka/read-batch.js';
import type { TopicName } from '../../../src/kafka/topics.js';
import { topicConfigs, topicNames, TOPICS } from '../../../src/kafka/topics.js';
import { packageRoot } from '../../../src/package-root.js';
import type { LogRecord } from '../../../src/ports/log.js';
import { anOrder, contractsWithIds } from '../../support/contracts.js';
import { anEvent } from '../../support/events.js';
import { aNotification, TOLD_CAPTURED, topicFormOf } from '../../support/notifications.js';

const FOLDER = join(packageRoot(), 'schemas');
const written: unknown = parse(readFileSync(join(FOLDER, 'asyncapi.yaml'), 'utf8'));

const specification = z.looseObject({
  definitions: z.record(z.string(), z.looseObject({ $id: z.string() })),
});

const reference = z.strictObject({ $ref: z.string() });
const headerNames = z.looseObject({
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.looseObject({})),
});
const message = z.looseObject({
  name: z.string(),
  contentType: z.string(),
  headers: z.union([reference, z.strictObject({ allOf: z.tuple([reference, headerNames]) })]),
  payload: z.strictObject({ schemaFormat: z.string(), schema: reference }).optional(),
  bindings: reference,
});
const channel = z.looseObject({
  address: z.string(),
  messages: z.record(z.string(), reference),
  bindings: z.strictObject({
    kafka: z.strictObject({
      topic: z.string(),
      partitions: z.number(),
      replicas: z.number(),
      topicConfiguration: z.strictObject({
        'cleanup.policy': z.tuple([z.string()]),
        'retention.ms': z.number(),
      }),
    }),
  }),
});
const operation = z.looseObject({
  action: z.enum(['send', 'receive']),
  channel: reference,
  bindings: z
    .looseObject({ kafka: z.looseObject({ groupId: z.looseObject({ default: z.string() }) }) })
    .optional(),
});
const document = z
  .looseObject({
    info: z.looseObject({ version: z.string() }),
    channels: z.record(z.string(), channel),
    operations: z.record(z.string(), operation),
    components: z.looseObject({
      messages: z.record(z.string(), message),
      schemas: z.record(z.string(), headerNames),
    }),
  })
  .parse(written);

const channels = Object.values(document.channels);
const operations = Object.values(document.operations);

/** What a reference within the document leads to. */
function at(ref: string): unknown {
  return ref
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((part, key) => z.record(z.string(), z.unknown()).parse(part)[key], written);
}

function messageOf(topic: TopicName): z.infer<typeof message> {
  const found = channels.find(({ address }) => address === topic);
  assert.ok(found !== undefined, `no channel has the address ${topic}`);
  const [only, ...more] = Object.entries(found.messages);
  assert.ok(only !== undefined && more.length === 0, `${topic} has one kind of message`);
  const [key, { $ref }] = only;
  const parsed = message.parse(at($ref));
  assert.equal($ref, `#/components/messages/${key}`);
  assert.equal(parsed.name, key);
  return parsed;
}

/** The schema of a topic's headers, and what its own `ce_type` must be if it says so. */
function headersOf(topic: TopicName): { schema: z.infer<typeof headerNames>; ownType: unknown } {
  const { headers } = messageOf(topic);
  const [{ $ref }, own] = 'allOf' in headers ? headers.allOf : [headers, null];
  const schema = headerNames.parse(at($ref));
  return { schema, ownType: (own ?? schema).properties['ce_type']?.['const'] };
}

const namesIn = ({ headers }: LogRecord): readonly string[] => headers.map(([name]) => name);
const textOf = ({ headers }: LogRecord, wanted: string): string =>
  Buffer.from(headers.find(([name]) => name === wanted)?.[1] ?? []).toString();

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const contracts = contractsWithIds();

/** A message of each topic with a schema, as the code writes it. */
const RECORDS: Readonly<Record<ContractName, LogRecord>> = {
  'order.fulfilled': orderEncoder(contracts, { source: '/orders' })(anOrder(), TRACE),
  'capture.succeeded': eventEncoder(contracts)(anEvent('capture.succeeded'), TRACE).record,
  'capture.failed': eventEncoder(contracts)(anEvent('capture.failed'), TRACE).record,
  'capture.pending': eventEncoder(contracts)(anEvent('capture.pending'), TRACE).record,
  'capture.notification': notificationEncoder(contracts)(topicFormOf(aNotification(TOLD_CAPTURED))),
};

describe('schemas/asyncapi.yaml', () => {
  it('is AsyncAPI 3.0', () => {
    const { definitions, ...root } = specification.parse(
      createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json'),
    );
    // It brings the meta-schema that it is written in, which must not be there twice. Each definition is a schema of its own, so that
    // `#` in one means that one.
    const checker = new ajv.default({
      meta: false,
      validateSchema: false,
      strict: false,
      validateFormats: false,
    });
    for (const definition of Object.values(definitions)) checker.addSchema(definition);
    const validate = checker.compile(root);
    assert.ok(validate(written), checker.errorsText(validate.errors, { separator: '\n' }));
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.equal(document.info.version, version);
  });

  it('has a channel for every topic, set up as `topics create` does, and no other', () => {
    assert.deepEqual(
      channels.map(({ address }) => address),
      [...TOPICS],
    );
    const wanted = topicConfigs({ replicationFactor: 3 }).map(
      ({ topic, numPartitions, replicationFactor, configEntries = [] }) => {
        const settings = new Map(configEntries.map(({ name, value }) => [name, value]));
        return {
          topic,
          partitions: numPartitions,
          replicas: replicationFactor,
          topicConfiguration: {
            'cleanup.policy': [settings.get('cleanup.policy')],
            'retention.ms': Number(settings.get('retention.ms')),
          },
        };
      },
    );
    assert.deepEqual(
      channels.map(({ bindings }) => bindings.kafka),
      wanted,
    );
  });

  it('refers to nothing that is not there', () => {
    const refs = [...JSON.stringify(written).matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref = '']) => ref);
    const files = refs.filter((ref) => !ref.startsWith('#/'));
    for (const ref of refs) if (ref.startsWith('#/')) assert.notEqual(at(ref), undefined, ref);
    assert.deepEqual(files.toSorted(), CONTRACTS.map((name) => `./${name}.avsc`).toSorted());
    for (const ref of files) JSON.parse(readFileSync(join(FOLDER, ref), 'utf8'));
  });

  for (const topic of CONTRACTS) {
    it(`has the message of ${topic}: its schema by the record's name, and the headers that are written`, () => {
      const { payload, contentType, name } = messageOf(topic);
      assert.deepEqual(payload, {
        schemaFormat: 'application/vnd.apache.avro;version=1.9.0',
        schema: { $ref: `./${topic}.avsc` },
      });
      const { name: recordName } = JSON.parse(loadContract(topic).schema) as { name: string };
      assert.equal(name, recordName);
      const { schema, ownType } = headersOf(topic);
      const record = RECORDS[topic];
      assert.deepEqual(Object.keys(schema.properties), namesIn(record));
      assert.equal(ownType, textOf(record, 'ce_type'));
      assert.equal(contentType, textOf(record, 'content-type'));
      // Orders may come without any.
      assert.deepEqual(schema.required, topic === 'order.fulfilled' ? [] : namesIn(record));
    });
  }

  it('has the headers of a dead letter as they are written', async () => {
    const letters: LogRecord[] = [];
    const { put } = createDeadLetterProducer({
      producer: { append: (records) => Promise.resolve(void letters.push(...records)) },
      topicOf: (topic) => `${topic}.dlq`,
      worker: '',
      maxBytes: 1,
    });
    const bytes = Buffer.from('x');
    const place = { topic: 'order.fulfilled', partition: 0, offset: 0n, timestamp: new Date(0) };
    await put(
      { ...place, key: bytes, value: bytes, headers: [['own', bytes]] },
      reject('undecodable', '', '', ''),
    );
    const [letter] = letters;
    assert.ok(letter !== undefined);
    for (const topic of TOPICS.filter((name) => name.endsWith('.dlq'))) {
      const { schema } = headersOf(topic);
      assert.deepEqual(Object.keys(schema.properties), [...namesIn(letter), HEADERS_OMITTED]);
      assert.deepEqual(
        schema.required,
        namesIn(letter).filter((name) => !name.endsWith('_omitted')),
      );
      assert.equal(messageOf(topic).payload, undefined, 'it may be anything');
    }
  });

  it('has the operations of a worker: what it reads, and as which group, and all that it writes', () => {
    const topicOf = ({ $ref }: z.infer<typeof reference>): string => channel.parse(at($ref)).address;
    const received = operations
      .filter(({ action }) => action === 'receive')
      .map((one) => [one.bindings?.kafka.groupId.default, topicOf(one.channel)].join(' '));
    const read = consumptionsOf('capture-worker', topicNames()).flatMap(({ group, topics }) =>
      topics.map((topic) => `${group} ${topic}`),
    );
    assert.deepEqual(received.toSorted(), read.toSorted());
    const sent = operations.filter(({ action }) => action === 'send').map((one) => topicOf(one.channel));
    const readTopics = consumptionsOf('', topicNames()).flatMap(({ topics }) => topics);
    assert.deepEqual(
      sent.toSorted(),
      [...EVENT_TYPES, 'capture.notification', ...readTopics.map((topic) => `${topic}.dlq`)].toSorted(),
    );
  });
});
