import type { OrderFulfilled } from '../../src/capture/order.js';
import { CONTRACTS, loadContract, type ContractName } from '../../src/kafka/contract.js';
import type { RegisteredSchema, RegistryClient } from '../../src/kafka/registry/client.js';
import type { RegisteredContract, RegisteredContracts } from '../../src/kafka/schema-registry.js';
import { subjectOf, topicNames } from '../../src/kafka/topics.js';
import { EPOCH } from './captures.js';

/** The contracts as if they had been registered, with ids from 101 on. */
export function contractsWithIds(): RegisteredContracts {
  const topics = topicNames();
  const contract = (name: ContractName): RegisteredContract => ({
    ...loadContract(name),
    topic: topics[name],
    subject: subjectOf(topics[name]),
    schemaId: 101 + CONTRACTS.indexOf(name),
  });
  return {
    'order.fulfilled': contract('order.fulfilled'),
    'capture.succeeded': contract('capture.succeeded'),
    'capture.failed': contract('capture.failed'),
    'capture.pending': contract('capture.pending'),
    'capture.notification': contract('capture.notification'),
  };
}

/** A full capture of 150.000 IQD at the wallet, with whatever is given changed. */
export function anOrder(change: Partial<OrderFulfilled> = {}): OrderFulfilled {
  return {
    eventId: 'event-1',
    orderId: 'order-1',
    paymentId: 'pay-1',
    provider: 'wallet',
    account: 'shop',
    authorisedAmount: 150_000n,
    captureAmount: null,
    currency: 'IQD',
    captureCurrency: null,
    authorisedAt: new Date(EPOCH.getTime() - 86_400_000),
    fulfilledAt: EPOCH,
    references: new Map(),
    description: null,
    ...change,
  };
}

/** A registry in memory that counts what it is asked, and can be away. It accepts every schema. */
export class MemoryRegistry implements RegistryClient {
  readonly asked: string[] = [];
  readonly levels = new Map<string, string>();
  failure: Error | null = null;
  readonly #schemas = new Map<number, RegisteredSchema>();
  readonly #subjects = new Map<string, Map<string, number>>();

  schemaById(id: number): Promise<RegisteredSchema | null> {
    return this.#answer(`schema ${id.toString()}`, () => this.#schemas.get(id) ?? null);
  }

  idOf(subject: string, schema: string): Promise<number | null> {
    return this.#answer(`id ${subject}`, () => this.#subjects.get(subject)?.get(schema) ?? null);
  }

  register(subject: string, schema: string): Promise<number> {
    return this.#answer(`register ${subject}`, () => this.put(subject, schema, 1 + this.#schemas.size));
  }

  compatibilityOf(subject: string): Promise<string | null> {
    return this.#answer(`level ${subject}`, () => this.levels.get(subject) ?? null);
  }

  setCompatibility(subject: string, level: string): Promise<void> {
    return this.#answer(`set ${subject}`, () => {
      this.levels.set(subject, level);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  put(subject: string, schema: string, id: number, more: Partial<RegisteredSchema> = {}): number {
    this.#schemas.set(id, { schema, schemaType: 'AVRO', hasReferences: false, ...more });
    const ids = this.#subjects.get(subject) ?? new Map<string, number>();
    this.#subjects.set(subject, ids.set(schema, id));
    return id;
  }

  #answer<Value>(question: string, answer: () => Value): Promise<Value> {
    this.asked.push(question);
    if (this.failure !== null) return Promise.reject(this.failure);
    return Promise.resolve().then(answer);
  }
}
