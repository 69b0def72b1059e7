import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureWorkerError, hasCode } from '../../../../src/errors.js';
import { CONTRACTS } from '../../../../src/kafka/contract.js';
import { loadSchemas, registerSchemas } from '../../../../src/kafka/schema-registry.js';
import { topicNames } from '../../../../src/kafka/topics.js';
import { MemoryRegistry } from '../../../support/contracts.js';

const topics = topicNames('eu.');
const subjects = CONTRACTS.map((name) => `eu.${name}-value`);

describe('registering', () => {
  it('sets each subject to FULL_TRANSITIVE before its first schema', async () => {
    const registry = new MemoryRegistry();
    const registrations = await registerSchemas(registry, topics);
    assert.deepEqual(
      registrations,
      subjects.map((subject, index) => {
        const topic = `eu.${String(CONTRACTS[index])}`;
        return { topic, subject, id: index + 1, outcome: 'new', raisedFrom: null };
      }),
    );
    for (const subject of subjects) {
      assert.equal(registry.levels.get(subject), 'FULL_TRANSITIVE');
      assert.ok(registry.asked.indexOf(`set ${subject}`) < registry.asked.indexOf(`register ${subject}`));
    }
  });

  it('changes nothing the second time', async () => {
    const registry = new MemoryRegistry();
    const first = await registerSchemas(registry, topics);
    registry.asked.length = 0;
    const second = await registerSchemas(registry, topics);
    assert.deepEqual(
      second,
      first.map((registration) => ({ ...registration, outcome: 'unchanged' })),
    );
    assert.deepEqual(
      registry.asked.filter((question) => /^(set|register) /.test(question)),
      [],
    );
  });

  it('raises a looser level and says from which', async () => {
    const registry = new MemoryRegistry();
    registry.levels.set('eu.capture.failed-value', 'BACKWARD');
    const registrations = await registerSchemas(registry, topics);
    assert.deepEqual(
      registrations.map(({ raisedFrom }) => raisedFrom),
      [null, null, 'BACKWARD', null, null],
    );
    assert.equal(registry.levels.get('eu.capture.failed-value'), 'FULL_TRANSITIVE');
  });
});

describe('loading the ids at start', () => {
  it('finds the topic, the subject and the id of each schema', async () => {
    const registry = new MemoryRegistry();
    const registrations = await registerSchemas(registry, topics);
    const contracts = await loadSchemas(registry, topics);
    for (const [index, name] of CONTRACTS.entries()) {
      const { schemaId, subject, topic } = contracts[name];
      assert.deepEqual(
        { schemaId, subject, topic },
        {
          schemaId: registrations[index]?.id,
          subject: registrations[index]?.subject,
          topic: registrations[index]?.topic,
        },
      );
    }
  });

  it('names the command where a schema is not registered', async () => {
    await assert.rejects(
      loadSchemas(new MemoryRegistry(), topics),
      (error) =>
        hasCode(error, 'SCHEMA_NOT_REGISTERED') &&
        /eu\.order\.fulfilled-value.*`capture-worker schemas register`/.test((error as Error).message),
    );
  });

  it('does not take a registry that is away for one without schemas', async () => {
    const registry = new MemoryRegistry();
    registry.failure = new CaptureWorkerError('REGISTRY_UNAVAILABLE', 'away');
    await assert.rejects(loadSchemas(registry, topics), (error) => hasCode(error, 'REGISTRY_UNAVAILABLE'));
  });
});
