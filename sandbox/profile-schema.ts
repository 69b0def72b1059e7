import { z } from 'zod';
import type { CallbackShares, Profile } from './profile.js';
import { CALM } from './profiles.js';

const share = z.number().min(0).max(1);
const ms = z.int().min(0).max(3_600_000);

/** Sums of decimal fractions may be a little above what they are. */
const ONE = 1.000_001;

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
    lost: share.default(0),
    tooLateMs: ms.default(CALM.tooLateMs),
    late: share.default(0),
    lateMs: z
      .strictObject({ within: ms, beyond: ms })
      .refine(({ within, beyond }) => within <= beyond, { error: 'within must not be above beyond' })
      .default(CALM.lateMs),
    slowAnswer: share.default(0),
    stale: share.default(0),
    staleMs: ms.default(CALM.staleMs),
    undone: share.default(0),
    calmAfter: z.int().min(0).nullable().default(null),
    callbacks: z
      .strictObject({
        none: share.default(0),
        late: share.default(0),
        duplicated: share.default(0),
        reordered: share.default(0),
        contradicting: share.default(0),
        upToMs: ms.default(CALM.callbacks.upToMs),
      })
      .refine((callbacks) => sharesOfCallbacks(callbacks) <= ONE, {
        error: 'the shares add up to more than 1',
      })
      .default(CALM.callbacks),
    outages: z
      .strictObject({ everyMs: ms, forMs: ms })
      .refine(({ everyMs, forMs }) => forMs < everyMs, { error: 'forMs must be below everyMs' })
      .nullable()
      .default(null),
  })
  .refine((profile) => sharesOfCalls(profile) <= ONE, { error: 'the shares add up to more than 1' });

function sharesOfCalls(profile: Profile): number {
  const { decline, unknown, inProcess, serverError, tooManyRequests, reset, lost, late, slowAnswer } =
    profile;
  const declines = typeof decline === 'number' ? [decline] : Object.values(decline);
  return sum([...declines, unknown, inProcess, serverError, tooManyRequests, reset, lost, late, slowAnswer]);
}

function sharesOfCallbacks({ none, late, duplicated, reordered, contradicting }: CallbackShares): number {
  return sum([none, late, duplicated, reordered, contradicting]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
