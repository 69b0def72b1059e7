import type { SceneOptions } from '../dev/demo/scene.js';
import { SHOPS } from '../dev/demo/shops.js';

/** How soon the partitions of a dead worker go to others, in these runs; docs/configuration.md has the default. */
export const SESSION_TIMEOUT_MS = 5_000;

/** docs/configuration.md, Memory, says why. */
export const HEAP = '--max-old-space-size=192';

/**
 * Short waits, so that a run takes seconds, and all of them by the worker's configuration. How they compare with each other is kept: a call
 * is given up (1 s) after the slowest answer (0.3 s); an attempt is leased for 7 s (the timeout, the worker's reserve of 5 s, the margin);
 * the quiet period is counted from there, and longer than a request of a process that died can be on its way to a provider on this machine.
 */
const SETTINGS = {
  CAPTURE_WORKER_SESSION_TIMEOUT: `${String(SESSION_TIMEOUT_MS)}ms`,
  CAPTURE_WORKER_LEASE_MARGIN: '1s',
  CAPTURE_WORKER_QUIET_PERIOD: '500ms',
  CAPTURE_WORKER_RESEND_SPACING: '500ms',
  CAPTURE_WORKER_REPEAT_AFTER: '500ms',
  CAPTURE_WORKER_CONTRADICTION_WAIT: '20s',
  CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER: '3s',
  CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: '300ms',
  CAPTURE_WORKER_INQUIRY_BACKOFF_CAP: '2s',
  CAPTURE_WORKER_OVERDUE_INQUIRY_INTERVAL: '5s',
  CAPTURE_WORKER_RESEND_BACKOFF_BASE: '200ms',
  CAPTURE_WORKER_RESEND_BACKOFF_CAP: '1s',
  CAPTURE_WORKER_HOLD_PROBE_INTERVAL: '1s',
  CAPTURE_WORKER_BREAKER_BACKOFF_BASE: '500ms',
  CAPTURE_WORKER_BREAKER_BACKOFF_CAP: '1s',
  NODE_OPTIONS: HEAP,
} as const;

/** Requests are under way whenever something dies. */
const PROFILE = { latencyMs: { min: 50, max: 300 } };

/** Notifications that aren't taken come again after seconds in place of minutes. */
const NOTIFY_SPEED = '200';

export interface ProvingScene {
  readonly randomSeed: string;
  /** Where the first worker takes notifications. */
  readonly notifyPort: number;
}

/** The scene of a run: who asks the sandbox twice moves the money twice. */
export function provingScene({
  randomSeed,
  notifyPort,
}: ProvingScene): Pick<SceneOptions, 'settings' | 'timeout' | 'sandboxArgs'> {
  return {
    settings: SETTINGS,
    timeout: '1s',
    sandboxArgs: [
      ...['--permissive', '--random-seed', randomSeed, '--profile', JSON.stringify(PROFILE)],
      ...['--notify-url', `http://127.0.0.1:${String(notifyPort)}/notify`, '--notify-speed', NOTIFY_SPEED],
      ...SHOPS.flatMap(({ provider, account }) => ['--notify-account', `${provider}=${account}`]),
      '--notify-captures',
    ],
  };
}
