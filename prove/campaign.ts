import { complain } from '../dev/stack/complain.js';
import type { ProgressListener } from '../dev/stack/progress.js';
import { startStack } from '../dev/stack/start.js';
import { messageOf } from '../src/errors.js';
import type { Fault } from './fault.js';
import type { FaultReport, Report } from './report.js';
import { faultReport, reportOf } from './report.js';
import { runFault } from './run.js';
import type { RunResult } from './run.js';

export interface CampaignOptions {
  readonly faults: readonly Fault[];
  /** Of each fault. */
  readonly runs: number;
  readonly randomSeed: string;
  /** Where to keep what tells why a run broke something; null if nowhere. */
  readonly keep: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: ProgressListener;
  /** Says what goes on. */
  readonly say: (line: string) => void;
  /** Told of each fault when it is through, with what all came to so far. */
  readonly onFault: (report: FaultReport, soFar: Report) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Inflicts each fault so many times, on one stack of parts; each run has a scene of its own. Rejects if the stack doesn't come up. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const { faults, randomSeed, keep, env, progress, say, onFault, signal } = options;
  const stack = await startStack({ env, progress, signal });
  try {
    const reports: FaultReport[] = [];
    for (const fault of faults) {
      const results: RunResult[] = [];
      const unrun: string[] = [];
      for (let run = 1; run <= options.runs; run += 1) {
        say(`${fault.name}, run ${String(run)} of ${String(options.runs)}`);
        try {
          const seed = `${randomSeed}-${String(run)}`;
          results.push(await runFault(fault, { stack, env, randomSeed: seed, keep, say, signal }));
        } catch (error) {
          if (signal.aborted) throw error;
          unrun.push(messageOf(error));
          complain(error);
        }
      }
      const report = faultReport({ fault, results, unrun });
      reports.push(report);
      await onFault(report, reportOf(randomSeed, reports));
    }
    return reportOf(randomSeed, reports);
  } finally {
    await stack.stop();
  }
}
