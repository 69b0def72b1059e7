import assert from 'node:assert/strict';
import type { Scenario } from '../../sandbox/scenario.js';
import type { Capture } from '../../src/capture/capture.js';
import type { Finding } from '../../src/capture/evidence.js';
import type { ProviderClient } from '../../src/ports/provider.js';
import type { Expected } from './page-codes.js';
import { endsByItself } from './provider-deadline.js';
import type { OrderChange, Rig, Sent } from './provider-rig.js';
import { MINUTE, sendBy } from './provider-rig.js';
import type { PaymentInput } from './sandbox-admin.js';
import { until } from './until.js';

/** An authorisation whose time to capture is over. */
export function anExpiredPayment(): PaymentInput {
  const now = Date.now();
  return {
    authorisedAt: new Date(now - 2 * MINUTE).toISOString(),
    expiresAt: new Date(now - MINUTE).toISOString(),
  };
}

/** An answer that a script spoils: what it must become, and whether the money has moved behind it. */
export interface Spoilt extends Expected {
  readonly what: string;
  readonly scenario: Scenario;
  readonly moved: boolean;
}

const IN_DOUBT: Expected = { finding: 'unknown', outcome: 'pending/unknown' };

/** A spoilt answer that leaves the capture in doubt. */
export function inDoubt(what: string, scenario: Scenario, { moved }: { readonly moved: boolean }): Spoilt {
  return { what, scenario, moved, ...IN_DOUBT };
}

/** A spoilt answer that accepts the request and doesn't show that the money moved: it may move at any time. */
export function accepted(what: string, scenario: Scenario, { moved }: { readonly moved: boolean }): Spoilt {
  return { what, scenario, moved, finding: 'in_process', outcome: 'pending/in_process' };
}

/** A spoilt answer that names something else than we asked, whatever has become of that. */
export function aMismatch(
  what: string,
  scenario: Scenario,
  { moved, finding }: Pick<Spoilt, 'moved' | 'finding'>,
): Spoilt {
  return { what, scenario, moved, finding, outcome: 'pending/integrity_mismatch' };
}

/** What can happen to the answers of every provider to an inquiry. */
export const INQUIRIES_SPOILT_ON_THE_WAY: readonly Scenario[] = [
  { kind: 'garbage' },
  { kind: 'truncated' },
  { kind: 'http', status: 502, moved: false },
  { kind: 'http', status: 400, moved: false },
  { kind: 'reset', when: 'before_answer', moved: false },
  { kind: 'unknown', moved: false },
];

/** What can happen to the answers of every provider. */
export const SPOILT_ON_THE_WAY: readonly Spoilt[] = [
  inDoubt('a body that is no JSON', { kind: 'garbage' }, { moved: true }),
  inDoubt('half an answer', { kind: 'truncated' }, { moved: true }),
  ...[true, false].flatMap((moved) => {
    const when = moved ? 'after the money moved' : 'and nothing moved';
    return [
      inDoubt(`a reset ${when}`, { kind: 'reset', when: 'before_answer', moved }, { moved }),
      inDoubt(`HTTP 500 ${when}`, { kind: 'http', status: 500, moved }, { moved }),
      inDoubt(`the provider's word for unknown ${when}`, { kind: 'unknown', moved }, { moved }),
    ];
  }),
  inDoubt(
    'a reset before anything was read',
    { kind: 'reset', when: 'before_read', moved: false },
    { moved: false },
  ),
  inDoubt('HTTP 503', { kind: 'http', status: 503, moved: false }, { moved: false }),
  inDoubt('HTTP 400', { kind: 'http', status: 400, moved: false }, { moved: false }),
  {
    what: 'HTTP 429',
    scenario: { kind: 'http', status: 429, moved: false },
    moved: false,
    finding: 'not_processed',
    outcome: 'unsent',
  },
];

/** Sends a capture under a script, and holds what comes of it against what must. */
export async function becomes(
  rig: Rig,
  { scenario, moved, ...expected }: Omit<Spoilt, 'what'>,
  client: ProviderClient = rig.client,
): Promise<Sent> {
  const sent = await rig.sendUnder(scenario, client);
  assertRead(sent, expected);
  assert.equal(await rig.moved(sent.capture), moved ? sent.capture.money.amount : 0n);
  return sent;
}

/** Holds how an answer was read, and what it makes of the capture, against what must be. */
export function assertRead({ answer, outcome }: Sent, expected: Expected): void {
  assert.deepEqual(
    { finding: answer.finding.is, outcome },
    { finding: expected.finding, outcome: expected.outcome },
  );
}

/** The code by which a refusal is known, and what it must become. */
export interface Refused extends Expected {
  readonly code: string;
}

/** Sends a capture once, and holds the provider's code and what comes of it against what must. */
export async function isAnswered(
  client: ProviderClient,
  capture: Capture,
  { code, ...expected }: Refused,
): Promise<Sent> {
  const sent = await sendBy(client, capture);
  assert.equal(sent.answer.providerCode, code);
  assertRead(sent, expected);
  return sent;
}

/** A capture that is refused for its own fault: it moves no money, its own or other. */
export async function isRefused(rig: Rig, capture: Capture, refused: Refused): Promise<void> {
  const { captures } = (await rig.admin.summary()).totals;
  await isAnswered(rig.client, capture, refused);
  assert.equal((await rig.admin.summary()).totals.captures, captures);
}

/** A capture whose stored body says something else than its order, as no rules would have written it. */
export function reworded(capture: Capture, from: string, to: string): Capture {
  const text = Buffer.from(capture.body).toString('utf8');
  assert.ok(text.includes(from), `${from} is not in ${text}`);
  return { ...capture, body: Buffer.from(text.replace(from, to), 'utf8') };
}

/** A capture that is refused for what isn't its own fault moves nothing, and goes through as it is once that is mended. */
export async function waitsUntilMended(rig: Rig, wrong: ProviderClient, refused: Refused): Promise<void> {
  const capture = await rig.planned();
  await isAnswered(wrong, capture, refused);
  assert.equal(refused.outcome, 'unsent');
  assert.equal(await rig.moved(capture), 0n);
  assert.equal((await rig.send(capture)).outcome, 'succeeded');
}

/** Captures a payment as an order of it asks, and holds the book against the order: exactly that money, once, under our request id. */
export async function capturesExactly(
  rig: Rig,
  payment: PaymentInput,
  change: OrderChange = {},
): Promise<Sent & { readonly finding: Extract<Finding, { readonly is: 'captured' }> }> {
  const sent = await rig.send(await rig.planned(payment, change));
  const { capture, answer, outcome } = sent;
  assert.equal(outcome, 'succeeded');
  const { captures, currency } = await rig.admin.entry(capture.paymentId);
  assert.deepEqual(
    captures.map(({ amount, requestId }) => ({ amount: BigInt(amount), currency, requestId })),
    [{ ...capture.money, requestId: capture.requestId }],
  );
  const { finding } = answer;
  assert.ok(finding.is === 'captured');
  return { ...sent, finding };
}

/** Gives a capture up before its answer comes; the money moves nevertheless. */
export async function comesTooLate(rig: Rig, hasty: ProviderClient): Promise<Sent> {
  const scenario = [{ kind: 'delay', ms: 60 * MINUTE }] as const;
  const sent = await endsByItself(sendBy(hasty, await rig.planned({ scenario })));
  assertRead(sent, IN_DOUBT);
  assert.match(sent.answer.providerMessage ?? '', /^CALL_DEADLINE/);
  assert.equal(await rig.moved(sent.capture), 0n);
  await rig.admin.hurry();
  await until(async () => (await rig.moved(sent.capture)) === sent.capture.money.amount);
  return sent;
}

/** The book is the judge: no payment was asked for twice under different request ids. */
export async function hasNoDoubleCapture(rig: Rig): Promise<void> {
  const { doubleCaptures, lateCollisions } = await rig.admin.summary();
  assert.deepEqual({ doubleCaptures, lateCollisions }, { doubleCaptures: 0, lateCollisions: 0 });
}
