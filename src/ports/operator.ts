import type { Act, Refusal, Standing } from '../capture/operator.js';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';

/** What an operator does, as it is written down: append-only, in the transaction that does it. */
export interface OperatorEntry {
  readonly actionId: string;
  readonly who: string;
  /** The command, such as `captures resolve`. */
  readonly action: string;
  /** What it was done to: a capture or an account; the other is null. */
  readonly captureId: string | null;
  readonly account: string | null;
  readonly reason: string | null;
  /** Where the proof is. */
  readonly reference: string | null;
  readonly changedFrom: string | null;
  readonly changedTo: string | null;
}

/** As it was written. */
export interface OperatorAction extends OperatorEntry {
  /** The database's time. */
  readonly at: Date;
}

/** Who acts on a capture, by what command, and why. */
export interface CaptureAction {
  readonly captureId: string;
  readonly actionId: string;
  readonly who: string;
  readonly action: string;
  readonly reason: string | null;
  readonly reference: string | null;
}

export interface Change {
  readonly before: Capture;
  readonly after: Capture;
}

/** How an action ended: with the capture before and after it, or with nothing changed. */
export type Acted = ({ readonly done: true } & Change) | Refusal;

/**
 * What operators do to captures. Whether it may be done is decided by `decide`, under the capture's row lock, in the transaction that writes
 * it down; so is what it becomes. Null where the capture doesn't exist.
 */
export interface OperatorStore {
  /** Records the evidence that is decided on, and folds it. */
  act(action: CaptureAction, decide: (standing: Standing) => Act | Refusal): Promise<Acted | null>;
  /**
   * Records what a provider said when an action had it asked, and folds it. Where that changes how the capture stands, it is the action's
   * doing, and is written down as such.
   */
  hear(action: CaptureAction, pieces: readonly Evidence[]): Promise<Change | null>;
  /** The capture as it stands, without a lock. */
  standing(captureId: string): Promise<Standing | null>;
}
