import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

/** What a member in a process of its own says. */
export type MemberReport =
  | { readonly is: 'assigned'; readonly partitions: readonly number[] }
  | { readonly is: 'begun' | 'done' | 'committed'; readonly offset: string }
  | { readonly is: 'refused'; readonly offset: string; readonly message: string }
  | { readonly is: 'drained'; readonly left: number }
  | { readonly is: 'fatal'; readonly message: string };

export interface Member {
  readonly reports: readonly MemberReport[];
  /** The offsets of one kind of report, in order. */
  offsets(is: 'begun' | 'done' | 'committed' | 'refused'): string[];
  /** Waits until it has said something of a kind. */
  said(is: MemberReport['is'], offset?: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code once it has ended. */
  ended(): Promise<number | null>;
}

export interface MemberOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly sessionTimeoutMs?: number;
  readonly commitEveryMs?: number;
}

/** The default minimum of the brokers. */
export const SESSION_TIMEOUT_MS = 6_000;

/** Starts a member as a process, which is killed at the latest when the test ends. */
export function startMember(t: TestContext, options: MemberOptions): Member {
  const { brokers, topic, group, sessionTimeoutMs = SESSION_TIMEOUT_MS, commitEveryMs = 100 } = options;
  const child: ChildProcess = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('kafka-member.js', import.meta.url)),
      brokers.join(','),
      topic,
      group,
      String(sessionTimeoutMs),
      String(commitEveryMs),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const reports: MemberReport[] = [];
  if (child.stdout === null) throw new Error('the member has no standard output');
  createInterface(child.stdout).on('line', (line) => reports.push(JSON.parse(line) as MemberReport));
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const offsets: Member['offsets'] = (is) =>
    reports.flatMap((report) => (report.is === is && 'offset' in report ? [report.offset] : []));
  return {
    reports,
    offsets,
    said: (is, offset) =>
      eventually(`the member says ${is} ${offset ?? ''}`, () =>
        reports.some(
          (report) =>
            report.is === is && (offset === undefined || ('offset' in report && report.offset === offset)),
        ),
      ),
    signal: (signal) => child.kill(signal),
    ended: () => ended,
  };
}
