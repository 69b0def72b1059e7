import type { ProviderName } from '../capture/capture.js';
import type { Finding } from '../capture/evidence.js';

/** The findings that a notification can have. */
export const NOTIFIED_FINDINGS = [
  'captured',
  'declined',
  'closed',
  'in_process',
  'authorised',
  'cancelled',
  'foreign',
] as const satisfies readonly Finding['is'][];
export type NotifiedFinding = Extract<Finding, { readonly is: (typeof NOTIFIED_FINDINGS)[number] }>;

/** What a verified notification says: a finding, or a hint, which proves nothing and is a reason to ask the provider. */
export type NotificationSays = NotifiedFinding | { readonly is: 'hint' };

/**
 * A provider's notification whose signature held: a row of `notifications`. Its texts are free of NUL and lone surrogates and not empty,
 * where they aren't null.
 */
export interface StoredNotification {
  /** SHA-256 of provider, merchant and body, or what its signature covers; as 64 characters of lower-case hexadecimal. */
  readonly notificationId: string;
  readonly provider: ProviderName;
  readonly merchantId: string;
  /** The account's name in the address that it was sent to; for people. */
  readonly account: string;
  /** What the provider captures by, normalised as the claim's is. */
  readonly captureReference: string;
  /** By our clock; for people. */
  readonly receivedAt: Date;
  /** The provider's time, which orders it among notifications; `receivedAt` if it names none. */
  readonly at: Date;
  readonly says: NotificationSays;
  readonly providerCode: string | null;
  /** Cut to 512 characters; for people. */
  readonly providerMessage: string | null;
  /** As received; null if it is known from the topic only. */
  readonly raw: Uint8Array | null;
}
