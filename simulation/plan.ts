import type { ProviderName } from '../src/capture/capture.js';
import type { Death, Still } from './host.js';

/**
 * All that is decided of a simulated world before it begins. With the same plan the same happens, to the last step; whatever is left to
 * chance is drawn from its seed.
 */
export interface Plan {
  /** Of all delays, and of what fails by chance. */
  readonly seed: number;
  readonly workers: readonly WorkerPlan[];
  readonly orders: readonly OrderPlan[];
  readonly rules: Readonly<Record<ProviderName, ProviderPlan>>;
  /** When the group of orders is made to rebalance for no reason, in ms. */
  readonly stirs: readonly number[];
  /** When the orders' topic is read from its beginning again, in ms. */
  readonly rewinds: readonly number[];
  /** When an account is paused by a person, and for how long, in ms. */
  readonly pauses: readonly AccountPausePlan[];
  readonly trouble: TroublePlan;
}

export interface WorkerPlan {
  /** How far its wall clock is off, in ms. */
  readonly skewMs: number;
  /** Its lives, in their order; after them it lives on untroubled. It is started again a while after each. */
  readonly lives: readonly LifePlan[];
  /** When it is told to stop, in order, and started again; null if never. In ms. */
  readonly stopsAt: number | null;
}

export interface LifePlan {
  /** Null for one that ends otherwise, if at all. */
  readonly death: Death | null;
  readonly stills: readonly Still[];
}

export interface Span {
  readonly atMs: number;
  readonly forMs: number;
}

export interface AccountPausePlan extends Span {
  readonly provider: ProviderName;
}

/** The share of calls that fail, of each kind. */
export interface TroublePlan {
  readonly store: number;
  readonly log: number;
  /** The share of all calls that take seconds. */
  readonly slow: number;
}

export interface OrderPlan {
  readonly provider: ProviderName;
  /** When it is fulfilled, in ms. */
  readonly atMs: number;
  /** When it comes again, in ms. */
  readonly againAtMs: readonly number[];
  /** A message that nobody can read comes with it. */
  readonly poison: boolean;
  /** The same payment is ordered once more under another reference, or by an order that asks for another amount. */
  readonly rival: 'none' | 'reference' | 'amount';
  /** What the provider does with the first, the second, … request for it; with all later ones as with an honest one. */
  readonly steps: readonly Step[];
  /** What its provider notifies of. */
  readonly notices: NoticePlan;
  /** The provider captured it by itself before it was asked to, and tells so, perhaps before the order comes. Not at PayerMax. */
  readonly capturedBefore: boolean;
}

/**
 * What becomes of one request.
 *
 * - `capture`: the money moves, and the answer says so.
 * - `decline`: refused, for good.
 * - `vanish`: it gets lost on its way there.
 * - `mute`: the money moves, and the answer gets lost.
 * - `garble`: the money moves, and the answer can't be understood.
 * - `late`: the answer is an error, and the money moves after it, while the request may still be executed.
 * - `accept`, `accept_fail`: accepted; decided after a while, one way or the other.
 * - `accept_mute`: accepted, and that isn't heard of.
 * - `accept_unseen`: as `accept`, but an inquiry shows nothing of it until it is decided.
 * - `mislead`: the money moves, and the answer says that it was refused.
 * - `flicker`: an inquiry shows it as refused, and then the money moves, while the request may still be executed.
 * - `busy`, `turn_away`, `refuse_account`, `burn`: as the findings `busy`, `not_processed`, `account_fault` and `id_taken`; no money moves.
 * - `unreachable`: it never leaves.
 */
export const STEPS = [
  'capture',
  'decline',
  'vanish',
  'mute',
  'garble',
  'late',
  'accept',
  'accept_fail',
  'accept_mute',
  'accept_unseen',
  'mislead',
  'flicker',
  'busy',
  'turn_away',
  'refuse_account',
  'burn',
  'unreachable',
] as const;
export type Step = (typeof STEPS)[number];

export interface NoticePlan {
  /** How often the outcome is told. */
  readonly copies: number;
  /** The longest that one takes, in ms. */
  readonly withinMs: number;
}

/** What one provider promises. */
export interface ProviderPlan {
  /**
   * Whether a request id that came to something is known when it comes again. If not, each request that is executed moves the money.
   * PayerMax always knows it.
   */
  readonly remembers: boolean;
  /** How old what an inquiry shows can be, in ms. */
  readonly staleMs: number;
  /** The share of inquiries that tell nothing. */
  readonly inquiryTrouble: number;
  /** What a repeat is told, at PayerMax. */
  readonly repeats: 'result' | 'order_repeat' | 'failed';
}

/** As short as makes sense, since virtual time costs steps. All in ms. */
export const SCALE = {
  timeout: 4_000,
  leaseMargin: 2_000,
  quietPeriod: 26_000,
  resendSpacing: 3_000,
  repeatAfter: 20_000,
  announceUnsentAfter: 4_000,
  contradictionWait: 60_000,
  /** What can be executed after its sender gave it up is executed within this; what an inquiry shows is no older. Both together are less than the quiet period. */
  late: 12_000,
  stale: 12_000,
} as const;
