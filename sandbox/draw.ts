import { createHash } from 'node:crypto';
import type { Undone } from './book.js';
import type { CallbackScenario } from './callbacks/callback-scenario.js';
import type { ProviderProfile } from './profile.js';
import type { DamagedScenario, Scenario } from './scenario.js';

/** What a random choice depends on. */
export interface DrawnCall {
  readonly seed: string;
  readonly endpoint: 'capture' | 'inquiry';
  readonly paymentId: string;
  /** The number of the call for this payment at this endpoint, from 1. */
  readonly call: number;
}

/**
 * Draws the scenario of one call. An inquiry is neither declined nor put in process, executes nothing late and misstates no amount: these
 * shares of it are normal, but that all that is lost of a capture's answers is lost of its answers too.
 */
export function draw(profile: ProviderProfile, drawn: DrawnCall): Scenario {
  const { min, max } = profile.latencyMs;
  const ms = min + Math.floor(luckOf(drawn).slowness * (max - min + 1));
  const trouble = lagging(profile, drawn, troubleOf(profile, drawn));
  return ms === 0 ? trouble : { kind: 'delay', ms, then: trouble };
}

function troubleOf(profile: ProviderProfile, drawn: DrawnCall): Scenario {
  if (profile.calmAfter !== null && drawn.call > profile.calmAfter) return { kind: 'normal' };
  const chosen = choose(profile, drawn);
  // A capture that is told to have failed stays so: what is stuck on its way would move the money afterwards.
  const fails = chosen.kind === 'in_process' && !chosen.moved;
  return fails && isLateBefore(profile, drawn) ? { ...chosen, moved: true } : chosen;
}

function isLateBefore(profile: ProviderProfile, drawn: DrawnCall): boolean {
  if (profile.late === 0) return false;
  const earlier = Array.from({ length: drawn.call - 1 }, (_, index) =>
    choose(profile, { ...drawn, call: index + 1 }),
  );
  return earlier.some((one) => 'movesAfterMs' in one);
}

/** Every second inquiry about a payment is answered by a replica that lags, if its payment was drawn so. */
function lagging(profile: ProviderProfile, drawn: DrawnCall, trouble: Scenario): Scenario {
  if (drawn.endpoint === 'capture' || drawn.call % 2 === 0) return trouble;
  const isLagging = fateOf('replica', drawn).choice < profile.stale;
  return isLagging ? { kind: 'stale', ms: profile.staleMs, then: trouble } : trouble;
}

type Share = readonly [number, Scenario];

function choose(profile: ProviderProfile, drawn: DrawnCall): Scenario {
  const luck = luckOf(drawn);
  const isCapture = drawn.endpoint === 'capture';
  const moved = isCapture && luck.luck < profile.movedShare;
  const shares: readonly Share[] = [
    ...(isCapture ? declines(profile) : []),
    [
      isCapture ? profile.inProcess : 0,
      { kind: 'in_process', moved, endsAfterMs: Math.floor(luck.detail * 1000) },
    ],
    [profile.unknown, { kind: 'unknown', moved }],
    [profile.serverError, { kind: 'http', status: pick([500, 502, 503, 504], luck.detail), moved }],
    [profile.tooManyRequests, { kind: 'http', status: 429, moved: false }],
    [profile.reset / 2, { kind: 'reset', when: 'before_read', moved: false }],
    [profile.reset / 2, { kind: 'reset', when: 'before_answer', moved }],
    [profile.lost, pick(isCapture ? lostCaptures(profile) : lostInquiries(profile), luck.detail)],
    [isCapture ? profile.late : 0, late(profile, luck)],
    [profile.slowAnswer, { kind: 'held', ms: Math.floor(luck.detail * 1000) }],
  ];
  return chosenOf(shares, luck.choice) ?? { kind: 'normal' };
}

function declines({ decline }: ProviderProfile): Share[] {
  return Object.entries(decline).map(([resultCode, part]) => [part, { kind: 'answer', resultCode }]);
}

type Several<T> = readonly [T, ...T[]];

function spoilt({ signsAnswers = true }: ProviderProfile): Several<Scenario> {
  const kinds: Several<DamagedScenario['kind']> = signsAnswers
    ? ['truncated', 'garbage', 'wrong_signature', 'unsigned']
    : ['truncated', 'garbage'];
  const [first, ...rest] = kinds;
  return [{ kind: first }, ...rest.map((kind) => ({ kind }))];
}

/** Executed at once, and the answer is lost. */
function lostCaptures(profile: ProviderProfile): Several<Scenario> {
  return [
    { kind: 'held', ms: profile.tooLateMs },
    { kind: 'reset', when: 'before_answer', moved: true },
    { kind: 'http', status: 500, moved: true },
    { kind: 'wrong_amount' },
    ...spoilt(profile),
  ];
}

function lostInquiries(profile: ProviderProfile): Several<Scenario> {
  return [{ kind: 'held', ms: profile.tooLateMs }, ...spoilt(profile)];
}

/** Left without an answer that says anything, and executed later: three in four within the time, the others beyond it. */
function late({ lateMs: { within, beyond } }: ProviderProfile, { detail, luck, extra }: Luck): Scenario {
  const span = extra < 0.75 ? within * luck : within + (beyond - within) * luck;
  const executed = { moved: true, movesAfterMs: Math.floor(span) };
  return pick<Scenario>(
    [
      { kind: 'unknown', ...executed },
      { kind: 'http', status: 504, ...executed },
      { kind: 'reset', when: 'before_answer', ...executed },
    ],
    detail,
  );
}

/** Draws what happens to the notification of a payment's n-th end. */
export function drawCallback(
  profile: ProviderProfile,
  drawn: { readonly seed: string; readonly paymentId: string; readonly end: number },
): CallbackScenario {
  const { choice, detail, luck } = luckOf({ ...drawn, endpoint: 'callback', call: drawn.end });
  const { none, late: lateShare, duplicated, reordered, contradicting, upToMs } = profile.callbacks;
  const apartMs = Math.floor(luck * upToMs);
  // What is given back is told as that, so a false notification of it would not be found out.
  const canLie = drawUndoing(profile, drawn) === null;
  const shares: readonly (readonly [number, CallbackScenario])[] = [
    [none, { kind: 'none' }],
    [lateShare, { kind: 'late', ms: apartMs }],
    [duplicated, { kind: 'duplicated', copies: 2 + Math.floor(detail * 2), apartMs }],
    [reordered, { kind: 'reordered', apartMs }],
    [canLie ? contradicting : 0, { kind: 'contradicting', lie: detail < 0.5 ? 'first' : 'last', apartMs }],
  ];
  return chosenOf(shares, choice) ?? { kind: 'normal' };
}

/** Draws whether the money of a payment is given back after it was captured, and how long after. */
export function drawUndoing(
  profile: ProviderProfile,
  drawn: { readonly seed: string; readonly paymentId: string },
): { readonly is: Undone; readonly afterMs: number } | null {
  const { choice, detail, luck } = fateOf('undoing', drawn);
  if (choice >= profile.undone) return null;
  return { is: detail < 0.5 ? 'refunded' : 'voided', afterMs: Math.floor(luck * 2000) };
}

/** How a provider is out of order at a moment, or null: in each period once, for half of the longest time or more, from a moment drawn. */
export function drawOutage(
  { outages }: ProviderProfile,
  drawn: { readonly seed: string; readonly provider: string; readonly elapsedMs: number },
): 'http' | 'reset' | null {
  if (outages === null) return null;
  const { everyMs, forMs } = outages;
  const period = Math.floor(drawn.elapsedMs / everyMs);
  const { choice, detail, luck } = luckOf({
    ...{ seed: drawn.seed, endpoint: 'outage' },
    ...{ paymentId: drawn.provider, call: period },
  });
  const lastsMs = forMs * (0.5 + detail / 2);
  const sinceMs = drawn.elapsedMs - period * everyMs - choice * (everyMs - lastsMs);
  if (sinceMs < 0 || sinceMs >= lastsMs) return null;
  return luck < 0.5 ? 'http' : 'reset';
}

function chosenOf<T>(shares: readonly (readonly [number, T])[], choice: number): T | null {
  let passed = 0;
  for (const [part, one] of shares) {
    passed += part;
    if (choice < passed) return one;
  }
  return null;
}

function pick<T>(several: Several<T>, at: number): T {
  return several[Math.floor(at * several.length)] ?? several[0];
}

interface Luck {
  readonly slowness: number;
  readonly choice: number;
  readonly detail: number;
  readonly luck: number;
  readonly extra: number;
}

function fateOf(
  endpoint: 'replica' | 'undoing',
  { seed, paymentId }: { readonly seed: string; readonly paymentId: string },
): Luck {
  return luckOf({ seed, endpoint, paymentId, call: 0 });
}

/** Numbers in [0, 1) out of one hash. */
function luckOf(drawn: {
  readonly seed: string;
  readonly endpoint: string;
  readonly paymentId: string;
  readonly call: number;
}): Luck {
  const { seed, endpoint, paymentId, call } = drawn;
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, endpoint, paymentId, call]))
    .digest();
  const at = (index: number): number => digest.readUInt32BE(index * 4) / 2 ** 32;
  return { slowness: at(0), choice: at(1), detail: at(2), luck: at(3), extra: at(4) };
}
