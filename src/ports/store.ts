import type { Assumption } from '../capture/assumption.js';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import type { CaptureEvent } from '../capture/events.js';
import type { ScheduledAction } from '../capture/schedule.js';
import type { Decision } from '../capture/state-machine.js';
import type { Licence } from '../capture/licence.js';
import type { LogRecord } from './log.js';

/**
 * The store of captures: the one fence against capturing twice. All operations take batches, since one transaction a capture would be
 * the bottleneck; each batch is one transaction. If the database refuses a batch for its data, the operation rejects with
 * STORE_REFUSED_DATA and nothing was written: the caller bisects. All times are the database's.
 */
export interface CaptureStore {
  /**
   * Inserts captures that don't exist yet and, for those with `start` whose account isn't paused, their first attempt with its lease; each
   * gets its schedule row.
   * A capture exists if its reference is claimed, or its payment, under whatever reference: of several in a batch that name one payment
   * one is inserted. A batch must not name a capture twice. Results are in the order of the requests.
   */
  claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimResult[]>;
  /**
   * Starts the next attempt of captures that have a licence for it (judged under the row lock) and whose account isn't paused, and leases
   * them, under the next request id if the licence says so. Null for the others.
   */
  start(requests: readonly StartRequest[]): Promise<readonly (Capture | null)[]>;
  /**
   * Inserts evidence (again changes nothing), folds each capture's whole set under its row lock, and writes state, schedule and outbox
   * in the same transaction. A batch must not name a capture twice. `pieces` may be empty: then the capture is only looked at again.
   * Null where the capture doesn't exist. Those of a batch that are `fresh` may have been recorded even if it rejects, in a transaction
   * before that of the others; recorded again, they change nothing.
   */
  record(requests: readonly RecordRequest[]): Promise<readonly (Capture | null)[]>;
  /**
   * Takes due rows of the given actions, the oldest of each account first, as many as it has room for, or accounts in turn: pushes their
   * due time `takenForMs` ahead so that others leave them alone meanwhile, skipping rows that another worker is taking. A worker that dies
   * gives them back by the passing of time. What waits to be sent through a paused account, and subscribers know it, is left alone for longer. For action `lapse` only
   * captures whose lease has really run out are taken.
   */
  takeDue(request: TakeDueRequest): Promise<readonly DueCapture[]>;
}

export interface ClaimRequest {
  /**
   * Names this request among all others, so that a repetition of it, sent because nobody heard whether the first was committed, finds
   * its own claim and not a stranger's.
   */
  readonly token: string;
  /** As planned: no attempts, no events. */
  readonly capture: Capture;
  /** The order's event id and where it was read, kept for people. */
  readonly source: OrderSource;
  /** Start the first attempt at once under a lease of this many ms; null, or a paused account, leaves it planned, due after `dueInMs`. */
  readonly start: { readonly leaseMs: number } | null;
  /**
   * Instead of a start: the first attempt is on record as one that was made before, its lease over, with this evidence. Nothing may be sent
   * for it, so a pause doesn't matter. Whoever claims so records it next, without new evidence; if they die, its lapse is due after `dueInMs`.
   */
  readonly assumed?: Assumption;
  readonly dueInMs: number;
  readonly worker: string;
}

export interface OrderSource {
  readonly eventId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export type ClaimResult =
  /**
   * By this very request, now or when it was first made. It is `sending` if its first attempt was started, or assumed, and is under its
   * lease's name still, else `planned`.
   */
  | { readonly claimed: true; readonly capture: Capture }
  /** The claim existed: what is there now. A capture of another reference or payment than was asked for is what kept it out. */
  | { readonly claimed: false; readonly capture: Capture };

export interface StartRequest {
  readonly captureId: string;
  readonly leaseMs: number;
  readonly worker: string;
}

export interface RecordRequest {
  readonly captureId: string;
  readonly pieces: readonly Evidence[];
  /** Given by whoever claimed the capture and heard of nothing else since: spares the store to read what it has just written. */
  readonly fresh?: FreshClaim;
}

/** A capture as its claim left it, with its first attempt under way and no evidence yet. The store makes sure that it still is. */
export interface FreshClaim {
  readonly capture: Capture;
  /**
   * The database's time, as far as it can be told without asking: when the lease began, and what has passed by our clock since it was asked
   * for. Too late by what the claim took to be committed. It is told as the time of the outcome and decides nothing.
   */
  readonly now: Date;
}

export interface TakeDueRequest {
  readonly actions: readonly ScheduledAction[];
  /** How many rows to send or to ask about each of these accounts has room for; of none more are taken. */
  readonly rooms: ReadonlyMap<string, number>;
  /** How many of all other rows are taken: those of accounts without a room of their own, and lapses. */
  readonly limit: number;
  readonly takenForMs: number;
}

/** Captures that somebody must be told of while they wait to be sent, or to be asked about. */
export interface WaitingStore {
  /** At most `limit` of each account and kind; the same again until they are folded once more. */
  overlooked(request: OverlookedRequest): Promise<readonly string[]>;
}

export interface OverlookedRequest {
  /** Planned for so long that subscribers are to know, and told nothing. */
  readonly unsentForMs: number;
  /** With an outcome that is contradicted for so long that a person must look. */
  readonly contradictedForMs: number;
  readonly limit: number;
}

export interface DueCapture {
  readonly action: ScheduledAction;
  readonly capture: Capture;
  /** The database's time at which it was taken: what is asked of the provider for it now is asked later than that. */
  readonly takenAt: Date;
  /** Its account is paused, as far as is known without a lock: starting it would be in vain. */
  readonly paused: boolean;
}

/** An inquiry that an event, the capture's one with this sequence, has told subscribers of. */
export interface PromisedInquiry {
  readonly captureId: string;
  readonly sequence: number;
  readonly at: Date;
}

/** What licenses an attempt: given by the composition root, so that the store holds no rules. */
export type Licensor = (capture: Capture, evidence: readonly Evidence[], now: Date) => Licence | null;

/** How the store folds: given by the composition root, so that the store holds no rules. */
export type Folder = (capture: Capture, evidence: readonly Evidence[], now: Date) => Decision;

/** An event ready to be stored and appended: encoded once, byte-identical whenever it is published. */
export interface EncodedEvent {
  readonly event: CaptureEvent;
  readonly record: LogRecord;
}

/** Encodes an event for its topic. */
export type EventEncoder = (event: CaptureEvent, traceparent: string) => EncodedEvent;

/** Events committed with a capture's change and not yet published. */
export interface OutboxStore {
  /**
   * Tries to become the publisher of shards that nobody publishes, until `release`; returns those held now. Held by a session of the
   * database, so they fall to another worker when this one dies.
   */
  acquire(): Promise<readonly number[]>;
  /** The oldest queued events of the held shards, at most one a capture, at most `limit`. Rejects if the holding session is lost. */
  next(limit: number): Promise<readonly QueuedEvent[]>;
  /** Takes published events off the queue. */
  published(queueIds: readonly bigint[]): Promise<void>;
  release(): Promise<void>;
}

export interface QueuedEvent {
  readonly queueId: bigint;
  readonly eventId: string;
  readonly captureId: string;
  readonly record: LogRecord;
}
