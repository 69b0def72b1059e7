import type { Capture, CaptureState, ProviderName } from '../capture/capture.js';
import type { Finding } from '../capture/evidence.js';
import type { RejectionReason } from '../capture/rejection.js';

/** How a consumed message ended. */
export type MessageResult = 'claimed' | 'deferred' | 'duplicate' | 'dead_letter';

/** How a consumed notification ended. */
export type NotificationResult = 'folded' | 'woke' | 'parked' | 'passed' | 'joined';

/** What the capture path tells whoever counts: metrics in production, nothing in a simulation. */
export interface Observer {
  message(result: MessageResult, reason: RejectionReason | null): void;
  /** A notification was consumed, or joined with its capture later. */
  notification(provider: ProviderName, result: NotificationResult): void;
  /** A message of another topic than the orders' became a dead letter. */
  deadLetter(reason: RejectionReason): void;
  /** One call to a provider, its duration in ms. */
  attempt(capture: Capture, finding: Finding['is'], durationMs: number): void;
  /** One inquiry, its duration in ms. */
  inquiry(capture: Capture, finding: Finding['is'], durationMs: number): void;
  /** A capture reached this state. */
  state(capture: Capture, state: CaptureState): void;
  /** A group commit wrote this many items in this many ms. */
  batch(operation: 'claim' | 'start' | 'record', size: number, durationMs: number): void;
  /** An account was held or let go. */
  held(account: string, held: boolean): void;
  /** A person paused an account, or resumed it. */
  paused(account: string, paused: boolean): void;
}
