import { PROVIDERS } from '../capture/capture.js';
import type { Rejection } from '../capture/rejection.js';
import { isRejection, reject } from '../capture/rejection.js';
import { FAILURE_CATEGORIES } from '../capture/outcome.js';
import type { NotificationSays, StoredNotification } from '../ports/notification.js';
import { NOTIFIED_FINDINGS } from '../ports/notification.js';
import type { NotificationRecord } from '../ports/notification-store.js';
import { valueDecoder } from './avro/value-decoder.js';
import type { DecoderParts } from './avro/writer-schemas.js';
import type { RegisteredContracts } from './schema-registry.js';

/**
 * Decodes the value of a `capture.notification` message, or says why it is a dead letter. A word that this version doesn't know is one:
 * what it says of the money can't be guessed. Rejects with REGISTRY_UNAVAILABLE while the writer's schema can't be learnt.
 */
export type NotificationDecoder = (value: Uint8Array | null) => Promise<StoredNotification | Rejection>;

export function notificationDecoder(
  contracts: RegisteredContracts,
  parts: DecoderParts,
): NotificationDecoder {
  const decode = valueDecoder(contracts['capture.notification'], parts);
  return async (value) => {
    const decoded = await decode(value);
    if ('rejected' in decoded) return decoded;
    // Decoded as our own schema, so of its shape.
    return notificationIn(decoded.record as NotificationRecord);
  };
}

const NOTIFICATION_ID = /^[0-9a-f]{64}$/;
const SAYS = [...NOTIFIED_FINDINGS, 'hint'] as const;

function notificationIn(record: NotificationRecord): StoredNotification | Rejection {
  const { notificationId, merchantId, account, captureReference, receivedAt, at } = record;
  const { providerCode, providerMessage } = record;
  if (!NOTIFICATION_ID.test(notificationId)) return misfit('notificationId', 'is not 64 hexadecimal digits');
  const provider = PROVIDERS.find((word) => word === record.provider);
  if (provider === undefined) return unknownWord('provider', record.provider);
  const says = saysIn(record);
  if (isRejection(says)) return says;
  return {
    notificationId,
    provider,
    merchantId,
    account,
    captureReference,
    receivedAt,
    at,
    says,
    providerCode,
    providerMessage,
    raw: null,
  };
}

function saysIn(record: NotificationRecord): NotificationSays | Rejection {
  const { amount, currency, requestId, providerCaptureId, capturedAt } = record;
  const is = SAYS.find((word) => word === record.says);
  switch (is) {
    case undefined:
      return unknownWord('says', record.says);
    case 'captured': {
      if ((amount === null) !== (currency === null))
        return misfit('amount', 'stands without its currency, or the currency without it');
      const money = amount === null || currency === null ? null : { amount, currency };
      return { is, money, requestId, providerCaptureId, capturedAt };
    }
    case 'declined':
    case 'closed': {
      const category = FAILURE_CATEGORIES.find((word) => word === record.category);
      if (category === undefined) return unknownWord('category', record.category ?? '');
      return is === 'declined' && requestId !== null ? { is, category, requestId } : { is, category };
    }
    case 'in_process':
    case 'authorised':
    case 'cancelled':
    case 'foreign':
    case 'hint':
      return { is };
  }
}

function unknownWord(field: string, word: string): Rejection {
  return misfit(field, `is ${JSON.stringify(word.slice(0, 64))}, which this version does not know`);
}

function misfit(field: string, problem: string): Rejection {
  return reject(
    'undecodable',
    field,
    problem,
    'update the workers if a later version wrote it, then put the message back; else find out who wrote it',
  );
}
