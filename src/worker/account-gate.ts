import type { Finding } from '../capture/evidence.js';
import type { Clock } from '../ports/clock.js';

/**
 * Whether an account may be sent to now, and how much at once.
 *
 * A provider that refuses our credentials refuses every capture of the account, and each try would only add to the pile. So when as
 * many distinct captures as `faultsToHold` were refused for the account's sake with no other answer in between, the account is held:
 * captures are still claimed, and wait planned. While it is held, one capture is let through each `probeEveryMs` to see whether the
 * account was mended; any answer but another account fault lets it go.
 *
 * A single capture that is refused so again and again, while others of the account go through, is at fault itself, whatever the provider
 * calls it. That is told apart here too, for as long as this process runs.
 */
export interface AccountGate {
  /** Waits for a place among the calls under way. Resolves with what gives the place back. */
  enter(): Promise<() => void>;
  /** `open`: send. `probe`: send, as the one try while held. `held`: don't. */
  permit(): 'open' | 'probe' | 'held';
  /**
   * Whether an account fault, answered to this capture now, is its own: since its last one another answer has shown that the credentials
   * are good. Otherwise it may be the account's, and says nothing of the capture. To be asked before `answered`.
   */
  blames(captureId: string): boolean;
  /** What a call brought; changes `held` and reports whether it did. */
  answered(captureId: string, finding: Finding['is']): 'held' | 'released' | 'unchanged';
  /** When a held account will next be probed, in whole ms from now; 0 if it isn't held. */
  readonly waitMs: number;
}

export interface AccountGateOptions {
  readonly maxInFlight: number;
  readonly faultsToHold: number;
  readonly probeEveryMs: number;
  readonly clock: Clock;
}

export function createAccountGate({
  maxInFlight,
  faultsToHold,
  probeEveryMs,
  clock,
}: AccountGateOptions): AccountGate {
  const waiting: (() => void)[] = [];
  /** The captures that were refused for the account's sake since its credentials were last shown to be good. */
  const faulted = new Set<string>();
  let proven = false;
  let inFlight = 0;
  let nextProbeAt: number | null = null;

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) inFlight -= 1;
    else next();
  }

  function place(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      leave();
    };
  }

  return {
    enter: async () => {
      if (inFlight < maxInFlight) inFlight += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return place();
    },
    permit: () => {
      if (nextProbeAt === null) return 'open';
      if (clock.monotonic() < nextProbeAt) return 'held';
      nextProbeAt = clock.monotonic() + probeEveryMs;
      return 'probe';
    },
    blames: (captureId) => proven && !faulted.has(captureId),
    answered: (captureId, finding) => {
      if (finding === 'account_fault') {
        faulted.add(captureId);
        if (nextProbeAt !== null || faulted.size < faultsToHold) return 'unchanged';
        nextProbeAt = clock.monotonic() + probeEveryMs;
        return 'held';
      }
      if (!provesCredentials(finding)) return 'unchanged';
      proven = true;
      faulted.clear();
      if (nextProbeAt === null) return 'unchanged';
      nextProbeAt = null;
      return 'released';
    },
    get waitMs() {
      return nextProbeAt === null ? 0 : Math.max(1, Math.ceil(nextProbeAt - clock.monotonic()));
    },
  };
}

/** Whether the provider must have accepted our credentials to say this; a timeout or an error page tells nothing about them. */
function provesCredentials(finding: Finding['is']): boolean {
  switch (finding) {
    case 'captured':
    case 'declined':
    case 'closed':
    case 'id_taken':
    case 'in_process':
    case 'busy':
    case 'authorised':
    case 'cancelled':
    case 'foreign':
      return true;
    case 'account_fault':
    case 'probe_refused':
    case 'not_sent':
    case 'not_processed':
    case 'unknown':
    case 'lapsed':
    case 'withdrawn':
    case 'retried':
      return false;
  }
}
