/** A line that is redrawn in place on a terminal, and written anew every few seconds elsewhere. */
export interface ProgressLine {
  show(text: string): void;
  /** Leaves the last text standing. */
  end(): void;
}

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const QUIET_MS = 5_000;

export function createProgressLine(screen: Screen, now: () => number): ProgressLine {
  let last = '';
  let shown = '';
  let writtenAt = -Infinity;
  if (screen.isTTY === true) {
    return {
      show: (text) => {
        last = text;
        screen.write(`\r\u001b[K${text}`);
      },
      end: () => {
        if (last !== '') screen.write('\n');
        last = '';
      },
    };
  }
  return {
    show: (text) => {
      last = text;
      if (text === shown || now() - writtenAt < QUIET_MS) return;
      shown = text;
      writtenAt = now();
      screen.write(`${text}\n`);
    },
    end: () => {
      if (last !== shown) screen.write(`${last}\n`);
      shown = last;
    },
  };
}

/** `[#####.....] 45 %` */
export function bar(done: number, of: number, width = 24): string {
  const part = of === 0 ? 1 : Math.min(1, done / of);
  const filled = Math.floor(part * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${String(Math.floor(part * 100)).padStart(3)} %`;
}
