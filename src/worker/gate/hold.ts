import type { Finding } from '../../capture/evidence.js';

/**
 * Whether an account's credentials are refused.
 *
 * A provider that refuses our credentials refuses every capture of the account, and each try would only add to the pile. So when as
 * many distinct captures as `faultsToHold` were refused for the account's sake with no other answer in between, the account is held:
 * captures are still claimed, and wait planned. While it is held, one capture is let through each `probeEveryMs` to see whether the
 * account was mended; any answer that shows the credentials to be good lets it go.
 *
 * A single capture that is refused so again and again, while others of the account go through, is at fault itself, whatever the provider
 * calls it. That is told apart here too, for as long as this process runs. Times are monotonic, in ms.
 */
export interface Hold {
  /** When the next probe may be made; null while the account isn't held. */
  readonly probeAt: number | null;
  /** A probe is let through: the next one has to wait. */
  probing(now: number): void;
  /**
   * Whether an account fault, answered to this capture now, is its own: since its last one another answer has shown that the credentials
   * are good. Otherwise it may be the account's, and says nothing of the capture. To be asked before `answered`.
   */
  blames(captureId: string): boolean;
  /** What a call brought. */
  answered(captureId: string, finding: Finding['is'], now: number): 'held' | 'released' | 'unchanged';
}

export interface HoldOptions {
  readonly faultsToHold: number;
  readonly probeEveryMs: number;
}

export function createHold({ faultsToHold, probeEveryMs }: HoldOptions): Hold {
  /** The captures that were refused for the account's sake since its credentials were last shown to be good. */
  const faulted = new Set<string>();
  let proven = false;
  let probeAt: number | null = null;

  return {
    get probeAt() {
      return probeAt;
    },
    probing: (now) => {
      if (probeAt !== null) probeAt = now + probeEveryMs;
    },
    blames: (captureId) => proven && !faulted.has(captureId),
    answered: (captureId, finding, now) => {
      if (finding === 'account_fault') {
        faulted.add(captureId);
        if (probeAt !== null || faulted.size < faultsToHold) return 'unchanged';
        probeAt = now + probeEveryMs;
        return 'held';
      }
      if (!provesCredentials(finding)) return 'unchanged';
      proven = true;
      faulted.clear();
      if (probeAt === null) return 'unchanged';
      probeAt = null;
      return 'released';
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
    case 'assumed_sent':
    case 'assumed_repeatable':
    case 'withdrawn':
    case 'retried':
      return false;
  }
}
