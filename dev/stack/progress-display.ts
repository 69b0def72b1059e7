import {
  PARTS,
  stepText,
  TITLES,
  type PartName,
  type ProgressEvent,
  type ProgressListener,
} from './progress.js';

const SPINNER = ['|', '/', '-', '\\'];
const FRAME_MS = 120;
const WAITING: ReadonlySet<ProgressEvent['step']> = new Set([
  'downloading',
  'preparing',
  'starting',
  'stopping',
]);

/** Where progress goes: standard error, in practice. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface ProgressDisplay {
  listener: ProgressListener;
  /** Leaves what is shown standing, so that other output can follow; the next step begins anew below it. */
  settle: () => void;
}

/** On a terminal one line a part, redrawn in place; elsewhere a line for each step, and of the repeated ones the first only. */
export function createProgressDisplay(screen: Screen): ProgressDisplay {
  return screen.isTTY === true ? liveDisplay(screen) : lineDisplay(screen);
}

function lineDisplay(screen: Screen): ProgressDisplay {
  const last = new Map<PartName, string>();
  return {
    listener: (line, event) => {
      // A download counts up: in a log each count would be noise.
      if (event.step === 'downloading' && last.get(event.part) === event.step) return;
      last.set(event.part, event.step);
      screen.write(`${line}\n`);
    },
    settle: () => undefined,
  };
}

function liveDisplay(screen: Screen): ProgressDisplay {
  const current = new Map<PartName, ProgressEvent>();
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  // Some terminals don't know their width and say 0.
  const width = (): number => (screen.columns === undefined || screen.columns === 0 ? 80 : screen.columns);

  function draw(): void {
    const lines = PARTS.flatMap((part) => {
      const event = current.get(part);
      return event === undefined ? [] : [liveLine(event, frame, width())];
    });
    // Up to the first line drawn before, then each line from its start with the rest of it wiped.
    screen.write(
      `${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\r\u001b[K${line}\n`).join('')}`,
    );
    drawn = lines.length;
  }

  function settle(): void {
    clearInterval(timer);
    timer = undefined;
    drawn = 0;
    current.clear();
  }

  return {
    settle,
    listener: (_line, event) => {
      current.set(event.part, event);
      draw();
      timer ??= setInterval(() => {
        frame++;
        draw();
      }, FRAME_MS).unref();
      if (![...current.values()].some(({ step }) => WAITING.has(step))) {
        clearInterval(timer);
        timer = undefined;
      }
    },
  };
}

function liveLine(event: ProgressEvent, frame: number, columns: number): string {
  const mark = WAITING.has(event.step)
    ? (SPINNER[frame % SPINNER.length] ?? '')
    : event.step === 'failed'
      ? 'x'
      : '+';
  // A line that wraps would take two rows, and the next redraw would start one too low.
  return `${mark} ${TITLES[event.part].padEnd(15)} ${stepText(event)}`.slice(0, columns - 1);
}
