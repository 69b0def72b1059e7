import type { Capture, CaptureState } from '../capture/capture.js';
import type { Finding } from '../capture/evidence.js';
import type { RejectionReason } from '../capture/order.js';

/** How a consumed message ended. */
export type MessageResult = 'claimed' | 'deferred' | 'duplicate' | 'dead_letter';

/** What the capture path tells whoever counts: metrics in production, nothing in a simulation. */
export interface Observer {
  message(result: MessageResult, reason: RejectionReason | null): void;
  /** One call to a provider, its duration in ms. */
  attempt(capture: Capture, finding: Finding['is'], durationMs: number): void;
  /** A capture reached this state. */
  state(capture: Capture, state: CaptureState): void;
  /** A group commit wrote this many items in this many ms. */
  batch(operation: 'claim' | 'start' | 'record', size: number, durationMs: number): void;
  /** An account was held or let go. */
  held(account: string, held: boolean): void;
}
