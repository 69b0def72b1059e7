import type { EventEvidence, EventSnapshot } from '../capture/events.js';
import { EVENT_TYPES, type EventType } from '../capture/events.js';
import type { Rejection } from '../capture/rejection.js';
import type { RegisteredContracts } from './schema-registry.js';
import { valueDecoder, type ValueDecoder } from './avro/value-decoder.js';
import type { DecoderParts } from './avro/writer-schemas.js';

/** What every capture event carries, as a subscriber reads it: the kinds that grow are strings, since a later worker may write new ones. */
export interface ReadSnapshot extends Omit<EventSnapshot, 'provider' | 'evidence'> {
  readonly provider: string;
  readonly evidence: ReadEvidence | null;
}
export interface ReadEvidence extends Omit<EventEvidence, 'kind'> {
  readonly kind: string;
}

export type ReadEvent = ReadSnapshot &
  (
    | {
        readonly type: 'capture.succeeded';
        readonly providerCaptureId: string | null;
        readonly capturedAt: Date | null;
        /** Minor units of `settlementCurrency`. */
        readonly settlementAmount: bigint | null;
        readonly settlementCurrency: string | null;
      }
    | { readonly type: 'capture.failed'; readonly category: string; readonly newAuthorisationNeeded: boolean }
    | {
        readonly type: 'capture.pending';
        readonly reason: string;
        readonly nextInquiryAt: Date | null;
        readonly expiresAt: Date;
      }
  );

/**
 * Decodes the value of a message of one of the three capture topics, or says why it can't be read. Rejects with REGISTRY_UNAVAILABLE
 * while the writer's schema can't be learnt. Throws for any other topic.
 */
export type EventDecoder = (topic: string, value: Uint8Array | null) => Promise<ReadEvent | Rejection>;

export function eventDecoder(contracts: RegisteredContracts, parts: DecoderParts): EventDecoder {
  const decoders = new Map<string, { readonly type: EventType; readonly decode: ValueDecoder }>(
    EVENT_TYPES.map((type) => [
      contracts[type].topic,
      { type, decode: valueDecoder(contracts[type], parts) },
    ]),
  );
  return async (topic, value) => {
    const decoder = decoders.get(topic);
    if (decoder === undefined) throw new TypeError(`${topic} is no topic of capture events`);
    const decoded = await decoder.decode(value);
    if ('rejected' in decoded) return decoded;
    // Decoded as our own schema of this topic, so of its shape.
    const event = decoded.record as ReadSnapshot;
    const evidence = event.evidence && { ...event.evidence };
    return { ...event, evidence, type: decoder.type } as ReadEvent;
  };
}
