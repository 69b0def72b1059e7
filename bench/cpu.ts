import { readdir, readFile } from 'node:fs/promises';

/** Seconds of processor time that each part has used since it began, and the resident memory of the contestant. Linux only. */
export type Part = 'contestant' | 'provider' | 'kafka' | 'postgres' | 'bench' | 'other';
export type CpuSeconds = Readonly<Record<Part, number>>;

const TICKS_PER_SECOND = 100;

interface Process {
  readonly pid: number;
  readonly seconds: number;
  /** Of its children that have ended. */
  readonly childrenSeconds: number;
  readonly command: string;
}

/** What the parts have used so far; null where /proc doesn't tell. A contestant that isn't running counts nothing. */
export async function readCpu(pids: {
  readonly contestant: readonly number[];
  readonly provider: number;
}): Promise<CpuSeconds | null> {
  const processes = await readProcesses();
  if (processes === null) return null;
  const used: Record<Part, number> = {
    contestant: 0,
    provider: 0,
    kafka: 0,
    postgres: 0,
    bench: 0,
    other: 0,
  };
  for (const one of processes) {
    const part = partOf(one, pids);
    used[part] += one.seconds;
    // Each of its connections is a process, and so is each of its chores: what those used that have ended is with the one that began them.
    if (part === 'postgres') used.postgres += one.childrenSeconds;
  }
  return used;
}

function partOf(
  { pid, command }: Process,
  { contestant, provider }: { readonly contestant: readonly number[]; readonly provider: number },
): Part {
  if (contestant.includes(pid)) return 'contestant';
  if (pid === provider) return 'provider';
  if (pid === process.pid) return 'bench';
  if (command.includes('kafka.Kafka')) return 'kafka';
  if (command.startsWith('postgres')) return 'postgres';
  return command.includes('/bin/postgres') ? 'postgres' : 'other';
}

async function readProcesses(): Promise<readonly Process[] | null> {
  try {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const read = await Promise.all(pids.map((pid) => readProcess(Number(pid))));
    return read.filter((one) => one !== null);
  } catch {
    return null;
  }
}

async function readProcess(pid: number): Promise<Process | null> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    const command = (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    // The name in parentheses can hold blanks; what follows it can't.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const seconds = (user: number): number =>
      ((fields[user] ?? 0) + (fields[user + 1] ?? 0)) / TICKS_PER_SECOND;
    return { pid, seconds: seconds(11), childrenSeconds: seconds(13), command };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

/** Resident memory of a process in MiB; null if it can't be told. */
export async function residentMiB(pid: number): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? null : Number(kib) / 1_024;
  } catch {
    return null;
  }
}
