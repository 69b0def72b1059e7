import assert from 'node:assert/strict';
import type { Capture } from '../../../src/capture/capture.js';
import type { Evidence } from '../../../src/capture/evidence.js';
import type { ClaimRequest } from '../../../src/ports/store.js';
import { EPOCH } from '../captures.js';
import { captureOfPayment, claimOf } from '../store.js';
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
