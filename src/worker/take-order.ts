import type { Assumption, Restoration } from '../capture/assumption.js';
import { assumptionFor } from '../capture/assumption.js';
import type { Capture } from '../capture/capture.js';
import { contradiction } from '../capture/contradiction.js';
import type { OrderFulfilled } from '../capture/order.js';
import type { Rejection } from '../capture/rejection.js';
import { planCapture } from '../capture/order.js';
import { isRejection, reject } from '../capture/rejection.js';
import { CaptureWorkerError, hasCode, messageOf } from '../errors.js';
import type { NewId } from '../ports/ids.js';
import type { ClaimRequest, ClaimResult, OrderSource } from '../ports/store.js';
import { assumedClaim, foldAssumed } from './assume-sent.js';
import type { Entry } from './gate/account-gate.js';
import type { SendingAccount, SendOptions } from './send.js';
import { leaseFor, send } from './send.js';

export interface TakeOrderOptions extends SendOptions {
  readonly accounts: ReadonlyMap<string, SendingAccount>;
  /** How late after its lease was asked for a call may still begin, in ms. */
  readonly leaseMarginMs: number;
  readonly newId: NewId;
  /** As in the fold's policy, in ms. */
  readonly announceUnsentAfterMs: number;
  /** Aborted when nothing new may be claimed or sent, also by orders that were taken on before. */
  readonly closing: AbortSignal;
  /** Names this process in attempts and leases. */
  readonly worker: string;
  /** Set if the database was restored: then nothing is sent before an inquiry says that it is needed. */
  readonly restoration: Restoration | null;
}

/** How taking an order ended: it is ours now, it was before, or it can't be. */
export type OrderTaken =
  | { readonly taken: 'claimed' | 'deferred' | 'duplicate'; readonly capture: Capture }
  | { readonly taken: 'rejected'; readonly rejection: Rejection };

/**
 * Takes one fulfilled order all the way: plan, claim, send, record. Resolves when the message may be committed: the first attempt's
 * evidence is durable, or the claim is and its sending is deferred, or the claim existed already. The claim comes before the send and
 * the attempt is on record with it, so whatever dies in between, the store knows that a request may have left.
 *
 * After the database was restored nothing is sent here: what is claimed may have been sent before.
 *
 * An order that the account's gate turns away is claimed, and left to the schedule: it doesn't wait here, where others would wait with it.
 */
export async function takeOrder(
  order: OrderFulfilled,
  source: OrderSource & { readonly traceparent: string | null },
  options: TakeOrderOptions,
): Promise<OrderTaken> {
  const { accounts, clock } = options;
  const planned = planCapture(order, {
    find: (name) => {
      const account = accounts.get(name);
      return account === undefined ? null : { ...account, account: name };
    },
    traceparent: source.traceparent,
    now: clock.now(),
  });
  if (isRejection(planned)) return { taken: 'rejected', rejection: planned };
  const account = accounts.get(order.account);
  if (account === undefined) throw new Error(`account ${order.account} vanished while its order was planned`);
  if (options.restoration !== null) {
    const assumed = assumptionFor(planned, options.restoration);
    return assumeSent(planned, account, { ...source, assumed }, options);
  }
  const entry = await account.gate.enter('order');
  let use: 'called' | 'uncalled' = 'called';
  try {
    refuseIfClosing(options);
    const taken = await claimAndSend(planned, { ...account, entry }, source, options);
    if (taken.taken !== 'claimed') use = 'uncalled';
    return taken;
  } finally {
    if (entry.entered) entry.leave(use);
  }
}

/** Whoever waited so long is delivered again: a claim made now could not be sent and settled any more. */
function refuseIfClosing({ closing }: TakeOrderOptions): void {
  if (closing.aborted) throw new CaptureWorkerError('STORE_UNAVAILABLE', 'the worker is stopping');
}

/** Claims the order as one that may have been sent before. No provider is called here, so the account's gate plays no part. */
async function assumeSent(
  planned: Capture,
  account: SendingAccount,
  { assumed, ...source }: OrderSource & { readonly assumed: Assumption },
  options: TakeOrderOptions,
): Promise<OrderTaken> {
  refuseIfClosing(options);
  const claim = await claimOrReject(
    { ...requestFor(planned, source, options), ...assumedClaim(assumed) },
    options,
  );
  if (isRejection(claim)) return { taken: 'rejected', rejection: claim };
  if (!claim.claimed) return takenBefore(planned, claim.capture, account);
  return { taken: 'deferred', capture: (await foldAssumed(claim.capture, options)) ?? claim.capture };
}

async function claimAndSend(
  planned: Capture,
  account: SendingAccount & { readonly entry: Entry },
  source: OrderSource,
  options: TakeOrderOptions,
): Promise<OrderTaken> {
  const { clock, leaseMarginMs, announceUnsentAfterMs } = options;
  const { entry } = account;
  const leaseMs = leaseFor(account.client.timeoutMs, leaseMarginMs);
  const leasedAt = clock.monotonic();
  const claim = await claimOrReject(
    {
      ...requestFor(planned, source, options),
      start: entry.entered ? { leaseMs } : null,
      // One that entered and is left planned is of a paused account: nothing is to be done for it but to tell subscribers.
      dueInMs: entry.entered ? announceUnsentAfterMs : entry.waitMs,
    },
    options,
  );
  if (isRejection(claim)) return { taken: 'rejected', rejection: claim };
  const { claimed, capture } = claim;
  if (!claimed) return takenBefore(planned, capture, account);
  // Turned away, or the store knows that the account is paused.
  if (!entry.entered || capture.status.state !== 'sending') return { taken: 'deferred', capture };
  const settled = await send({ capture, leaseMs, leasedAt, pass: entry }, account, options);
  return { taken: 'claimed', capture: settled ?? capture };
}

function requestFor(
  capture: Capture,
  source: OrderSource,
  { newId, worker }: TakeOrderOptions,
): Pick<ClaimRequest, 'token' | 'capture' | 'source' | 'worker'> {
  return { token: newId(), capture, source, worker };
}

/** The same order again, or one that contradicts what was claimed. */
function takenBefore(planned: Capture, capture: Capture, { rules }: SendingAccount): OrderTaken {
  const rejection = contradiction(planned, capture, rules.referenceField);
  return rejection === null ? { taken: 'duplicate', capture } : { taken: 'rejected', rejection };
}

/** A claim that the store refuses for its data has left nothing behind: the order is a dead letter. */
async function claimOrReject(
  request: ClaimRequest,
  { store }: TakeOrderOptions,
): Promise<ClaimResult | Rejection> {
  try {
    return await store.claim(request);
  } catch (error) {
    if (!hasCode(error, 'STORE_REFUSED_DATA')) throw error;
    return reject(
      'refused_by_store',
      'value',
      messageOf(error),
      'look at the texts of the order for what a database refuses',
    );
  }
}
