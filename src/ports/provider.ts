import type { ProviderName } from '../capture/capture.js';
import type { Finding } from '../capture/evidence.js';
import type { Money } from '../capture/money.js';
import type { ProviderRules } from '../capture/order.js';

/** One capture call: the stored business body, sent under a lease. */
export interface CaptureCall {
  readonly requestId: string;
  /** What the provider captures by, as it was normalised for the claim. */
  readonly captureReference: string;
  readonly body: Uint8Array;
  readonly money: Money;
  /**
   * Asked at the last moment before the first byte is written, after any wait for a connection: whether the lease still covers the
   * call's timeout. On `false` nothing is written and the answer is `not_sent`.
   */
  readonly mayWrite: () => boolean;
}

/** One inquiry: what the provider knows of the authorisation that a capture belongs to. */
export interface InquiryCall {
  readonly paymentId: string;
  readonly captureReference: string;
  readonly requestId: string;
  readonly money: Money;
  readonly authorisedAmount: bigint;
}

/**
 * What came back from a call, whatever it says of the capture.
 *
 * - `word`: something that can be read and believed.
 * - `noise`: something else, such as an error page, or what isn't signed as it must be.
 * - `nothing`: no whole answer, or nobody was reached.
 * - `ours`: the call ended for a reason of our own, which says nothing of the provider.
 */
export type Heard = 'word' | 'noise' | 'nothing' | 'ours';

/** What one call brought, in our words and in the provider's. */
export interface Answer {
  readonly finding: Finding;
  readonly heard: Heard;
  /** Orders evidence of one rank: the provider's own time if it gives one, else when the call began. */
  readonly at: Date;
  readonly providerCode: string | null;
  /** Free of NUL and lone surrogates, cut to 512 characters; for people. */
  readonly providerMessage: string | null;
  /** The body as received; null if none was. */
  readonly raw: Uint8Array | null;
  readonly httpStatus: number | null;
  /** For how long the provider wants no further calls, in ms, by its Retry-After; null if it doesn't say. */
  readonly retryAfterMs: number | null;
}

/**
 * A client of one account at one provider. Calls never reject: whatever goes wrong is an answer, since after the first byte even our
 * own error may hide a capture.
 */
export interface ProviderClient {
  readonly provider: ProviderName;
  /** The longest that one call can take, in ms; a lease must cover it. */
  readonly timeoutMs: number;
  capture(call: CaptureCall): Promise<Answer>;
  inquire(call: InquiryCall): Promise<Answer>;
  /** Closes its connections after the calls under way. */
  close(): Promise<void>;
}

/** An account as configured: the terms on which its orders are planned, and its client, if this process may send. */
export interface Account {
  readonly name: string;
  readonly merchantId: string;
  readonly authorisationWindowMs: number;
  /** How many calls of this process may be under way at once. */
  readonly maxInFlight: number;
  readonly rules: ProviderRules;
  readonly client: ProviderClient;
}
