import { PROFILES } from '../../../sandbox/profiles.js';
import type { SceneOptions } from '../scene.js';
import { SHOPS } from '../shops.js';

/**
 * Chaos in a few minutes: the worker's own waits are shortened by its configuration, and nobody's clock is touched. What makes the waits safe
 * is how they compare with each other and with the trouble, and that is kept as it is in production:
 *
 * - A call is given up (2 s) after the slowest answer that is still on its way (1.2 s), and before one that is lost (35 s).
 * - An attempt is leased for 11 s (the timeout, the worker's fixed reserve of 5 s, the margin). The quiet period of 4 s is counted from
 *   there.
 * - Three in four late executions come within those 4 s, long before an inquiry is quiet, and replicas lag by less than that (3 s). The
 *   others come up to 30 s late, nearly half of them after the request may have been sent again (11 s, 4 s and 2 s later): what the quiet
 *   period doesn't cover is covered by the request id, and by the provider's rule of one capture for each payment.
 * - PayerMax is asked by a repeat 12.5 s after the request: notifications are up to 2 s late.
 * - A contradiction waits longer for its inquiry than a request stays in doubt and a provider is out of order (11 s, 4 s and 1.5 s).
 */
const SETTINGS = {
  CAPTURE_WORKER_LEASE_MARGIN: '4s',
  CAPTURE_WORKER_QUIET_PERIOD: '4s',
  CAPTURE_WORKER_RESEND_SPACING: '2s',
  CAPTURE_WORKER_REPEAT_AFTER: '1500ms',
  CAPTURE_WORKER_CONTRADICTION_WAIT: '40s',
  CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER: '5s',
  CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: '1s',
  CAPTURE_WORKER_INQUIRY_BACKOFF_CAP: '8s',
  CAPTURE_WORKER_OVERDUE_INQUIRY_INTERVAL: '5s',
  CAPTURE_WORKER_RESEND_BACKOFF_BASE: '500ms',
  CAPTURE_WORKER_RESEND_BACKOFF_CAP: '4s',
} as const;

const TIMEOUT = '2s';

/**
 * PayerMax is asked by five repeats, and then a person must look: so that none of them is wanted only since the sandbox never let one
 * through, trouble ends after three calls, and outages are short.
 */
const PROFILE = {
  ...PROFILES.chaos,
  lateMs: { within: 4_000, beyond: 30_000 },
  calmAfter: 3,
  outages: { everyMs: 30_000, forMs: 1_500 },
};

/** How long after an attempt's lease a provider may still change or hide what became of it, in ms. */
export const LATEST_CHANGE_MS = PROFILE.lateMs.beyond + PROFILE.staleMs;

/** How many times as fast notifications that aren't taken are sent again: minutes become seconds. */
const NOTIFY_SPEED = '30';

export interface ChaosOptions {
  readonly randomSeed: string;
  /** Where a worker takes notifications. */
  readonly notifyPort: number;
  /** Whether money moves again for whoever asks under another request id. */
  readonly permissive: boolean;
}

/** The scene of a demo with chaos. */
export function chaosScene({
  randomSeed,
  notifyPort,
  permissive,
}: ChaosOptions): Pick<SceneOptions, 'settings' | 'timeout' | 'sandboxArgs'> {
  return {
    settings: SETTINGS,
    timeout: TIMEOUT,
    sandboxArgs: [
      ...['--random-seed', randomSeed, '--profile', JSON.stringify(PROFILE)],
      ...['--notify-url', `http://127.0.0.1:${String(notifyPort)}/notify`, '--notify-speed', NOTIFY_SPEED],
      ...SHOPS.flatMap(({ provider, account }) => ['--notify-account', `${provider}=${account}`]),
      // Without these the wallet's notifications only hint, and no false one of them could make anybody publish anything.
      '--notify-captures',
      ...(permissive ? ['--permissive'] : []),
    ],
  };
}
