import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the system's process table says of one process. */
export interface ProcessEntry {
  parent: number;
  /** The short name of its program. */
  name: string;
  /** Ended, but not yet collected by its parent: it holds nothing and can't be killed. */
  zombie: boolean;
  /** Differs between two processes that had the same id one after the other. Empty where the system doesn't tell. */
  startedAt: string;
}

/** Undefined if there is no such process. Reads /proc on Linux and asks `ps` elsewhere. */
export function processEntry(pid: number): ProcessEntry | undefined {
  return process.platform === 'linux' ? entryFromProc(pid) : entryFromPs(pid);
}

/** Whether the process is there and could still do something: a zombie can't. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  // In a container whose first process collects nobody, killed processes stay as zombies for good.
  return processEntry(pid)?.zombie === false;
}

function entryFromProc(pid: number): ProcessEntry | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // pid (name) state ppid …: the name may itself hold blanks and brackets, so the last bracket counts.
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  const state = fields[0] ?? '';
  return {
    name: stat.slice(open + 1, close),
    zombie: state === 'Z' || state === 'X',
    parent: Number(fields[1]),
    startedAt: fields[19] ?? '',
  };
}

function entryFromPs(pid: number): ProcessEntry | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,state=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
    }).trim();
    const [parent = '', state = '', ...name] = line.split(/\s+/);
    if (parent === '') return undefined;
    return { parent: Number(parent), zombie: state.startsWith('Z'), name: name.join(' '), startedAt: '' };
  } catch {
    return undefined;
  }
}
