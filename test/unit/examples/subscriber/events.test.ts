import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { eventReader } from '../../../../examples/subscriber/events.js';
import type { CaptureEvent } from '../../../../src/capture/events.js';
import { EVENT_TYPES } from '../../../../src/capture/events.js';
import { avroType } from '../../../../src/kafka/avro/type.js';
import { frame } from '../../../../src/kafka/avro/wire-format.js';
import { eventEncoder } from '../../../../src/kafka/event-encoder.js';
import { contractsWithIds } from '../../../support/contracts.js';
import { anEvent } from '../../../support/events.js';

const CONTRACTS = contractsWithIds();
const encode = eventEncoder(CONTRACTS);
const valueOf = (event: CaptureEvent): Buffer => Buffer.from(encode(event, '').record.value ?? []);

/** A registry on a port of its own, which ends with the test. Resolves with its URL. */
async function registry(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  // A server that listens on a port has an address of this type.
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** Answers with our schemas, by their ids, and with `more`. */
function schemas(more: Readonly<Record<number, string>> = {}) {
  const byId = new Map(Object.entries(more));
  for (const { schemaId, schema } of Object.values(CONTRACTS)) byId.set(String(schemaId), schema);
  return ({ url = '' }: IncomingMessage, response: ServerResponse): void => {
    const schema = byId.get(url.split('/').at(-1) ?? '');
    response.writeHead(schema === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(schema === undefined ? { message: 'no such schema' } : { schema }));
  };
}

describe('the reader of capture events', () => {
  it('reads what the worker writes, with the outcome that the topic stands for', async (t) => {
    const read = eventReader(await registry(t, schemas()));
    for (const type of EVENT_TYPES) {
      const event = anEvent(type, { sequence: 2, supersedes: 'event-1' });
      const { eventId, captureId, orderId, provider, account, amount, currency, occurredAt } = event;
      assert.deepEqual(await read(type, valueOf(event)), {
        eventId,
        captureId,
        orderId,
        provider,
        account,
        amount,
        currency,
        sequence: 2,
        occurredAt,
        outcome: type.replace('capture.', ''),
        ...(type === 'capture.failed' && { newAuthorisationNeeded: true }),
      });
    }
  });

  it('reads every amount of 64 bits to the last unit', async (t) => {
    const read = eventReader(await registry(t, schemas()));
    const amounts = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    await fc.assert(
      fc.asyncProperty(amounts, async (amount) => {
        const event = anEvent('capture.succeeded', { amount });
        assert.equal((await read('capture.succeeded', valueOf(event))).amount, amount);
      }),
      { examples: [[2n ** 53n + 1n], [2n ** 63n - 1n], [-(2n ** 63n)]] },
    );
  });

  it('takes words that it does not know, and fields that came or went by later schemas', async (t) => {
    const { schema } = CONTRACTS['capture.pending'];
    const later = JSON.parse(schema) as { fields: { name: string }[] };
    later.fields = later.fields.filter(({ name }) => name !== 'supersedes');
    const added: object = { name: 'outcome', type: 'string', default: '' };
    later.fields.push(added as { name: string });
    const read = eventReader(await registry(t, schemas({ 7: JSON.stringify(later) })));
    const record = { ...anEvent('capture.pending'), provider: 'newpay', reason: 'moon_phase', outcome: 'x' };
    const value = frame({ schemaId: 7, payload: avroType(later).toBuffer(record) });
    const event = await read('capture.pending', value);
    assert.deepEqual([event.provider, event.outcome], ['newpay', 'pending']);
  });

  it('rejects what is no event of the topic', async (t) => {
    const read = eventReader(await registry(t, schemas()));
    const succeeded = valueOf(anEvent('capture.succeeded'));
    await assert.rejects(read('capture.succeeded', Buffer.from('{"not":"avro"}')));
    await assert.rejects(read('capture.succeeded', Buffer.alloc(0)));
    await assert.rejects(read('capture.succeeded', succeeded.subarray(0, -1)));
    await assert.rejects(read('capture.failed', succeeded), /newAuthorisationNeeded/);
    await assert.rejects(read('capture.succeeded', Buffer.from([0, 0, 0, 0, 9, 1])), /no such schema/);
  });

  it('asks the registry once for a schema, and again after it failed', async (t) => {
    const answer = schemas();
    let asked = 0;
    const url = await registry(t, (request, response) => {
      asked += 1;
      // The client itself asks three times more.
      if (asked <= 4) response.writeHead(503).end('{}');
      else answer(request, response);
    });
    const read = eventReader(url);
    const value = valueOf(anEvent('capture.succeeded'));
    await assert.rejects(read('capture.succeeded', value));
    await read('capture.succeeded', value);
    await Promise.all([read('capture.succeeded', value), read('capture.succeeded', value)]);
    assert.equal(asked, 5);
  });

  it('does not wait without end for a registry that does not answer', async (t) => {
    const read = eventReader(await registry(t, () => undefined), 50);
    await assert.rejects(read('capture.succeeded', valueOf(anEvent('capture.succeeded'))), /[Tt]imeout/);
  });
});
