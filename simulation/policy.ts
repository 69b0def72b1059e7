import type { ProviderName } from '../src/capture/capture.js';
import { PROVIDERS } from '../src/capture/capture.js';
import type { ProviderRules } from '../src/capture/order.js';
import type { FoldPolicy } from '../src/capture/state-machine.js';
import type { PipelinePace, PipelineSettings } from '../src/pipeline.js';
import { payermaxRules } from '../src/providers/payermax/rules.js';
import { walletRules } from '../src/providers/wallet/rules.js';
import { yabandpayRules } from '../src/providers/yabandpay/rules.js';
import { SCALE } from './plan.js';

/** What a worker's configuration says, on the scale of a simulation. */
export const POLICY: FoldPolicy = {
  announceUnsentAfterMs: SCALE.announceUnsentAfter,
  resend: { baseMs: 500, capMs: 5_000 },
  inquiry: {
    wallet: { baseMs: 2_000, capMs: 15_000 },
    yabandpay: { baseMs: 2_000, capMs: 15_000 },
    payermax: { baseMs: 2_000, capMs: 15_000 },
  },
  overdueInquiryMs: 60_000,
  quietPeriodMs: SCALE.quietPeriod,
  resendSpacingMs: SCALE.resendSpacing,
  repeatAfterMs: SCALE.repeatAfter,
  contradictionWaitMs: SCALE.contradictionWait,
  accountFaultTries: 3,
};

export function settingsOf(worker: string): PipelineSettings {
  return {
    worker,
    batchSize: 8,
    maxInFlight: 1,
    commitEveryMs: 4_000,
    leaseMarginMs: SCALE.leaseMargin,
    announceUnsentAfterMs: POLICY.announceUnsentAfterMs,
    contradictionWaitMs: POLICY.contradictionWaitMs,
    quietPeriodMs: POLICY.quietPeriodMs,
    restoration: null,
  };
}

export const PACE: PipelinePace = {
  scheduleEveryMs: 2_500,
  overlookedEveryMs: 10_000,
  sweepEveryMs: 10_000,
  pausesEveryMs: 60_000,
  publishEveryMs: 12_000,
};

export const GATE = {
  maxInFlight: 1,
  rate: null,
  breaker: { windowMs: 5_000, calls: 8, share: 0.6, probes: 1, waitBaseMs: 500, waitCapMs: 4_000 },
  faultsToHold: 3,
  probeEveryMs: 4_000,
} as const;

export const RULES: Readonly<Record<ProviderName, ProviderRules>> = {
  wallet: walletRules,
  yabandpay: yabandpayRules({ notifyUrl: 'https://shop.example/notify' }),
  payermax: payermaxRules,
};

/** Every provider has one account, of its own name. */
export const MERCHANTS: ReadonlyMap<ProviderName, string> = new Map(
  PROVIDERS.map((provider) => [provider, `merchant at ${provider}`]),
);
