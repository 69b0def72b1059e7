/** What the stack consists of. */
export const PARTS = ['kafka', 'registry', 'postgres'] as const;
export type PartName = (typeof PARTS)[number];

export const TITLES: Readonly<Record<PartName, string>> = {
  kafka: 'Kafka',
  registry: 'Schema registry',
  postgres: 'PostgreSQL',
};

export interface ProgressEvent {
  part: PartName;
  step: 'downloading' | 'preparing' | 'starting' | 'ready' | 'existing' | 'stopping' | 'stopped' | 'failed';
  /** What the step is about: a count, an address, a duration. */
  detail?: string;
}

/** Gets each step as a line for people and as the event that it was made from. */
export type ProgressListener = (line: string, event: ProgressEvent) => void;

const WORDS: Readonly<Record<ProgressEvent['step'], string>> = {
  downloading: 'downloading',
  preparing: 'preparing',
  starting: 'starting',
  ready: 'ready',
  existing: 'using the existing one',
  stopping: 'stopping',
  stopped: 'stopped',
  failed: 'failed',
};

export function stepText({ step, detail }: ProgressEvent): string {
  return detail === undefined ? WORDS[step] : `${WORDS[step]}, ${detail}`;
}

export function progressLine(event: ProgressEvent): string {
  return `${TITLES[event.part].padEnd(15)} ${stepText(event)}`;
}

/** Addresses go to screens and logs. */
export function withoutPassword(address: string): string {
  return address.replace(/\/\/([^:@/]*):[^@/]*@/g, '//$1:***@');
}
