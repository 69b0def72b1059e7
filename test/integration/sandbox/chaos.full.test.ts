import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EntryView } from '../../../sandbox/book-view.js';
import type { RepeatMode } from '../../../sandbox/payermax/captures.js';
import { PROFILES } from '../../../sandbox/profiles.js';
import type { ProviderName } from '../../../sandbox/simulator.js';
import { ALL, SandboxRig } from '../../support/sandbox-rig.js';
import { until } from '../../support/until.js';

/** Chaos, but for time: whatever it makes wait for seconds is made to wait for less. */
const QUICK = {
  ...PROFILES.chaos,
  latencyMs: { min: 0, max: 3 },
  tooLateMs: 150,
  lateMs: { within: 50, beyond: 150 },
  staleMs: 60,
  callbacks: { ...PROFILES.chaos.callbacks, upToMs: 50 },
  outages: null,
};
const PAYMENTS = 40;

interface Run {
  /** What the first capture of each payment was answered, and in the end the book's word for it. */
  readonly stories: ReadonlyMap<string, string>;
  readonly entries: readonly (EntryView & {
    readonly provider: ProviderName;
    readonly answers: readonly string[];
  })[];
  readonly doubles: number;
}

/** Lets a merchant capture every payment, repeating its request until an answer says that it is done. */
async function run(randomSeed: number, repeatMode: RepeatMode): Promise<Run> {
  const payermax = { repeatMode };
  const wallet = { notifiesCaptures: true };
  const rig = await SandboxRig.start({ profile: QUICK, randomSeed, payermax, wallet });
  try {
    const payments = ALL.flatMap((provider) =>
      Array.from({ length: PAYMENTS }, (_, index) => ({ provider, paymentId: `${provider}${index}` })),
    );
    const ran = await Promise.all(
      payments.map(async ({ provider, paymentId }) => {
        await rig.authorise(provider, { paymentId });
        const answers: string[] = [];
        for (let call = 0; call < 7; call += 1) answers.push((await rig.capture(provider, paymentId)).said);
        return { provider, paymentId, answers };
      }),
    );
    // What is put off (money given back, late notifications) is done before anything is compared.
    await until(async () => {
      const putOff = await rig.admin('wallet').hurry();
      const books = await Promise.all(ALL.map((provider) => rig.admin(provider).book()));
      const entries = books.flatMap(({ authorisations }) => authorisations);
      return (
        putOff === 0 &&
        entries.every(
          ({ outcome, callbacks }) =>
            outcome !== 'open' && callbacks.every(({ state }) => state !== 'waiting'),
        )
      );
    });
    const entries = await Promise.all(
      ran.map(async ({ provider, paymentId, answers }) => ({
        ...(await rig.admin(provider).entry(paymentId)),
        provider,
        answers,
      })),
    );
    for (const { provider, paymentId, outcome, byInquiry, tells } of entries) {
      if (provider === 'payermax' || byInquiry === 'nothing') continue;
      const word = provider === 'wallet' ? /^SUCCESS$/ : /^(paid|refunded)$/;
      await until(async () => word.test(await rig.inquire(provider, paymentId)) === (outcome === 'captured'));
      assert.equal(tells, true, paymentId);
    }
    const summaries = await Promise.all(ALL.map((provider) => rig.admin(provider).summary()));
    return {
      entries,
      stories: new Map(
        entries.map(({ paymentId, answers, outcome, callbacks }) => [
          paymentId,
          [
            answers[0],
            outcome,
            ...callbacks.map(({ about, says, state }) => `${about} ${says} ${state}`),
          ].join(', '),
        ]),
      ),
      doubles: summaries.reduce((sum, { doubleCaptures }) => sum + doubleCaptures, 0),
    };
  } finally {
    await rig.close();
  }
}

describe('chaos', () => {
  it('hurts many, tells the truth in the end, marks what is never told, and comes again under the same seed', async () => {
    const first = await run(1, 'order_repeat');
    assert.equal(first.doubles, 0);
    const done = ['SUCCESS', '200 paid', 'APPLY_SUCCESS SUCCESS'];
    const hurt = first.entries.filter(({ answers: [said = ''] }) => !done.includes(said));
    assert.ok(hurt.length >= 0.3 * first.entries.length, `only ${hurt.length} were hurt`);
    const silent = first.entries.filter(({ tells }) => !tells);
    assert.ok(
      silent.length > 0 && silent.length < first.entries.length / 4,
      `${silent.length} are never told`,
    );
    assert.ok(silent.every(({ provider, undoing }) => provider === 'payermax' || undoing?.is === 'voided'));
    const again = await run(1, 'order_repeat');
    for (const [paymentId, story] of first.stories)
      assert.equal(again.stories.get(paymentId), story, paymentId);
    assert.notDeepEqual((await run(2, 'order_repeat')).stories, first.stories);
  });
});
