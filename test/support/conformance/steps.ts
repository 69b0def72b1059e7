import assert from 'node:assert/strict';
import type { Capture } from '../../../src/capture/capture.js';
import type { Evidence, Finding } from '../../../src/capture/evidence.js';
import type { ClaimRequest } from '../../../src/ports/store.js';
import { EPOCH, POLICY } from '../captures.js';
import { captureOfPayment, claimOf, pieceOf } from '../store.js';
import type { ScheduledRow, Snapshot, StoreUnderTest } from './store-under-test.js';

/** The moment so many ms after the clock's beginning. */
export function after(ms: number): Date {
  return new Date(EPOCH.getTime() + ms);
}

/** Claims a payment, and starts its first attempt under a lease of a minute unless changed. */
export async function claimed(
  store: StoreUnderTest,
  paymentId: string,
  change: Partial<ClaimRequest> & { readonly of?: Partial<Capture> } = {},
): Promise<Capture> {
  const { of, ...rest } = change;
  const [result] = await store.captures.claim([claimOf(captureOfPayment(paymentId, of), rest)]);
  assert.ok(result?.claimed === true, `${paymentId} was not claimed`);
  return result.capture;
}

/** Records pieces of one capture, and returns the capture as it stands then. */
export async function recorded(
  store: StoreUnderTest,
  captureId: string,
  ...pieces: Evidence[]
): Promise<Capture> {
  const [capture] = await store.captures.record([{ captureId, pieces }]);
  assert.ok(capture !== undefined && capture !== null, `capture ${captureId} is unknown`);
  return capture;
}

/** The capture of a store that has one. */
export function onlyCapture({ captures }: Snapshot): Capture {
  const [only, ...others] = captures;
  assert.ok(only !== undefined && others.length === 0, 'there must be one capture');
  return only.capture;
}

export async function rowsOf(store: StoreUnderTest): Promise<readonly ScheduledRow[]> {
  return (await store.snapshot()).schedule;
}

/** The row of a capture in the schedule; null if it has none. */
export async function rowOf(store: StoreUnderTest, captureId: string): Promise<ScheduledRow | null> {
  return (await rowsOf(store)).find((row) => row.captureId === captureId) ?? null;
}

/** The store's time. */
export async function nowOf(store: StoreUnderTest, captureId: string): Promise<Date> {
  const standing = await store.operator.standing(captureId);
  assert.ok(standing !== null);
  return standing.now;
}

/** What an inquiry that begins now tells. */
export async function inquiryNow(
  store: StoreUnderTest,
  captureId: string,
  finding: Finding,
  label: string,
): Promise<Evidence> {
  const piece = pieceOf(captureId, finding, { kind: 'inquiry', attempt: null, label });
  return { ...piece, at: await nowOf(store, captureId) };
}

/** Lets time pass until nothing that was sent can be on its way, and twice has an inquiry find the payment uncaptured: it may be sent again. */
export async function foundUncaptured(
  store: StoreUnderTest,
  captureId: string,
  label: string,
): Promise<Capture> {
  await store.pass(60_000 + POLICY.quietPeriodMs + 1);
  const first = await inquiryNow(store, captureId, { is: 'authorised' }, `${label} once`);
  await store.pass(POLICY.resendSpacingMs);
  const second = await inquiryNow(store, captureId, { is: 'authorised' }, `${label} twice`);
  return recorded(store, captureId, first, second);
}

/** Starts the next attempt under a lease of a minute; null if it may not start. */
export async function startedAgain(
  store: StoreUnderTest,
  captureId: string,
  worker = 'worker-2',
): Promise<Capture | null> {
  const [capture] = await store.captures.start([{ captureId, leaseMs: 60_000, worker }]);
  return capture ?? null;
}

/** Claims a payment, and has the provider decline it. */
export async function failed(
  store: StoreUnderTest,
  paymentId: string,
  of: Partial<Capture> = {},
): Promise<Capture> {
  const { captureId } = await claimed(store, paymentId, { of });
  return recorded(store, captureId, pieceOf(captureId, DECLINED));
}

export const DECLINED: Finding = { is: 'declined', category: 'funds' };
