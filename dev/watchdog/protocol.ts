/** A process group that must not outlive us, and how its leader is asked to end before the group is killed. */
export interface GuardedProcess {
  /** The leader, whose id is also the group's. */
  pid: number;
  signal: NodeJS.Signals;
  graceMs: number;
}

interface ProcessMessage extends GuardedProcess {
  op: 'process';
}
interface ForgetProcessMessage {
  op: 'forget-process';
  pid: number;
}
interface FolderMessage {
  op: 'folder' | 'forget-folder';
  path: string;
}
interface GoodbyeMessage {
  op: 'goodbye';
}

/** What the guarded process tells its watchdog, one message a line. */
export type GuardMessage = ProcessMessage | ForgetProcessMessage | FolderMessage | GoodbyeMessage;

export function encodeMessage(message: GuardMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** Undefined for a line that was cut off by the sender's death: what it began to say had not been done yet. */
export function decodeMessage(line: string): GuardMessage | undefined {
  try {
    return JSON.parse(line) as GuardMessage;
  } catch {
    return undefined;
  }
}

/** What is guarded at a moment: the messages so far, applied. */
export interface Guarded {
  processes: Map<number, GuardedProcess>;
  folders: Set<string>;
  /** The guarded process ended in order: nothing is left to do. */
  goodbye: boolean;
}

export function nothingGuarded(): Guarded {
  return { processes: new Map(), folders: new Set(), goodbye: false };
}

export function applyMessage(guarded: Guarded, message: GuardMessage): void {
  switch (message.op) {
    case 'process':
      guarded.processes.set(message.pid, {
        pid: message.pid,
        signal: message.signal,
        graceMs: message.graceMs,
      });
      return;
    case 'forget-process':
      guarded.processes.delete(message.pid);
      return;
    case 'folder':
      guarded.folders.add(message.path);
      return;
    case 'forget-folder':
      guarded.folders.delete(message.path);
      return;
    case 'goodbye':
      guarded.goodbye = true;
      return;
    default:
      message satisfies never;
  }
}
