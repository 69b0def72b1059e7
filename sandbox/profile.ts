import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Scenario } from './scenario.js';

/**
 * Random trouble for payments that have no script of their own. All shares are parts of 1 of the calls, and their sum is at most 1; the
 * rest is normal. What a call meets depends on the seed, the payment and the number of the call alone, so a run can be repeated whatever
 * the order in which its calls arrive.
 */
export interface Profile {
  /** Each call takes from `min` to `max` ms. */
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** Captures refused: the share of each code, or one share that each provider spreads over codes of its own. */
  readonly decline: number | Readonly<Record<string, number>>;
  /** Answered as unknown. */
  readonly unknown: number;
  /** Captures accepted as in process; they end within a second. */
  readonly inProcess: number;
  /** Answered with HTTP 500, 502, 503 or 504. */
  readonly serverError: number;
  /** Answered with HTTP 429; nothing is executed. */
  readonly tooManyRequests: number;
  /** Connections reset, half of them before the request was read. */
  readonly reset: number;
  /** Of the calls that end as unknown, server error or late reset, the share that was executed all the same. */
  readonly movedShare: number;
}

/** A profile whose declines are codes of one provider. */
export interface ProviderProfile extends Profile {
  readonly decline: Readonly<Record<string, number>>;
}

export const CALM: ProviderProfile = {
  latencyMs: { min: 0, max: 0 },
  decline: {},
  unknown: 0,
  inProcess: 0,
  serverError: 0,
  tooManyRequests: 0,
  reset: 0,
  movedShare: 0.5,
};

/** Profiles by name: no trouble at all; a good day in production; a bad one. */
export const PROFILES = {
  calm: CALM,
  everyday: {
    ...CALM,
    latencyMs: { min: 5, max: 60 },
    decline: 0.05,
    unknown: 0.02,
    inProcess: 0.01,
    serverError: 0.01,
    reset: 0.005,
  },
  stormy: {
    ...CALM,
    latencyMs: { min: 5, max: 400 },
    decline: 0.05,
    unknown: 0.1,
    inProcess: 0.05,
    serverError: 0.1,
    tooManyRequests: 0.05,
    reset: 0.1,
  },
} as const satisfies Readonly<Record<string, Profile>>;
export type ProfileName = keyof typeof PROFILES;

const share = z.number().min(0).max(1);

/** Reads a profile; what is left out is calm. */
export const profileSchema: z.ZodType<Profile> = z
  .strictObject({
    latencyMs: z
      .strictObject({ min: z.int().min(0), max: z.int().min(0) })
      .refine(({ min, max }) => min <= max, { error: 'min must not be above max' })
      .default(CALM.latencyMs),
    decline: z.union([share, z.record(z.string(), share)]).default({}),
    unknown: share.default(0),
    inProcess: share.default(0),
    serverError: share.default(0),
    tooManyRequests: share.default(0),
    reset: share.default(0),
    movedShare: share.default(CALM.movedShare),
  })
  .refine((profile) => shares(profile).reduce((sum, one) => sum + one, 0) <= 1.000_001, {
    error: 'the shares add up to more than 1',
  });

/** A provider's codes, as far as random declines go. */
export interface Declines {
  /** The codes over which one number is spread evenly. */
  readonly usual: readonly string[];
  readonly knows: (code: string) => boolean;
}

/** A profile as one provider plays it. Shares of codes that the provider doesn't have are left out: these calls are normal. */
export function declining(profile: Profile, { usual, knows }: Declines): ProviderProfile {
  const { decline } = profile;
  const shares: [string, number][] =
    typeof decline === 'number'
      ? usual.map((code) => [code, decline / usual.length])
      : Object.entries(decline).filter(([code]) => knows(code));
  return { ...profile, decline: Object.fromEntries(shares) };
}

/** What a random choice depends on. */
export interface DrawnCall {
  readonly seed: string;
  readonly endpoint: 'capture' | 'inquiry';
  readonly paymentId: string;
  /** The number of the call for this payment at this endpoint, from 1. */
  readonly call: number;
}

/** Draws the scenario of one call. An inquiry is neither declined nor put in process: these shares of it are normal. */
export function draw(profile: ProviderProfile, drawn: DrawnCall): Scenario {
  const [slowness, choice, detail, luck] = uniforms(drawn);
  const { min, max } = profile.latencyMs;
  const ms = min + Math.floor(slowness * (max - min + 1));
  const scenario = choose(profile, drawn.endpoint, { choice, detail, luck });
  return ms === 0 ? scenario : { kind: 'delay', ms, then: scenario };
}

interface Luck {
  readonly choice: number;
  readonly detail: number;
  readonly luck: number;
}

function choose(
  profile: ProviderProfile,
  endpoint: DrawnCall['endpoint'],
  { choice, detail, luck }: Luck,
): Scenario {
  const isCapture = endpoint === 'capture';
  const moved = isCapture && luck < profile.movedShare;
  const declines = Object.entries(profile.decline).map(([resultCode, part]): [number, Scenario] => [
    part,
    { kind: 'answer', resultCode },
  ]);
  const troubles: [number, Scenario][] = [
    ...(isCapture ? declines : []),
    [
      isCapture ? profile.inProcess : 0,
      { kind: 'in_process', moved, endsAfterMs: Math.floor(detail * 1000) },
    ],
    [profile.unknown, { kind: 'unknown', moved }],
    [profile.serverError, { kind: 'http', status: pick([500, 502, 503, 504], detail), moved }],
    [profile.tooManyRequests, { kind: 'http', status: 429, moved: false }],
    [profile.reset / 2, { kind: 'reset', when: 'before_read', moved: false }],
    [profile.reset / 2, { kind: 'reset', when: 'before_answer', moved }],
  ];
  let passed = 0;
  for (const [part, scenario] of troubles) {
    passed += part;
    if (choice < passed) return scenario;
  }
  return { kind: 'normal' };
}

function shares(profile: Profile): number[] {
  const { decline, unknown, inProcess, serverError, tooManyRequests, reset } = profile;
  const declines = typeof decline === 'number' ? [decline] : Object.values(decline);
  return [...declines, unknown, inProcess, serverError, tooManyRequests, reset];
}

function pick(numbers: readonly [number, ...number[]], at: number): number {
  return numbers[Math.floor(at * numbers.length)] ?? numbers[0];
}

/** Four numbers in [0, 1) out of one hash. */
function uniforms({ seed, endpoint, paymentId, call }: DrawnCall): [number, number, number, number] {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, endpoint, paymentId, call]))
    .digest();
  const at = (index: number): number => digest.readUInt32BE(index * 4) / 2 ** 32;
  return [at(0), at(1), at(2), at(3)];
}
