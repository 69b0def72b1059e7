import type { Part } from './parts.js';
import type { Outcome } from './run.js';

/** Whether the program ended well, and all its processes ran on the Node that they were to run on. */
export function hasPassed({ how, faults }: Outcome): boolean {
  return how === 'exit code 0' && faults.length === 0;
}

/** What became of a part, for people: one line, and one more for each thing that is wrong. */
export function summaryOf(part: Part, outcome: Outcome, version: string): string[] {
  const { how, processes, seen, faults, seconds } = outcome;
  const programs = [...seen].map(([program, times]) => `${program} (${String(times)})`).join(', ');
  const where = `Node ${version}, ${seconds.toFixed(1)} s`;
  if (hasPassed(outcome)) {
    return [`passed: ${part.title}: ${where}, ${String(processes)} processes, among them ${programs}`];
  }
  return [
    `FAILED: ${part.title}: ${where}, ${how}`,
    // A run that failed may have ended before it started all.
    ...faults.slice(0, 10).map((fault) => `  ${fault}`),
    ...(faults.length > 10 ? [`  and ${String(faults.length - 10)} more`] : []),
  ];
}
