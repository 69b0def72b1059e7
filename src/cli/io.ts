import { createInterface } from 'node:readline/promises';
import type { ProcessEnvironment } from '../config/environment.js';

/** What a command reads and writes beside the parts that it connects to: the process's own, or a test's. */
export interface Io {
  readonly env: ProcessEnvironment;
  readonly cwd: string;
  /** Results: what a script would read. */
  out(text: string): void;
  /** Everything else: errors, and what happens meanwhile. */
  err(text: string): void;
  /** Puts a question to whoever sits at the terminal; null if nobody does. */
  readonly ask?: ((question: string) => Promise<string>) | null;
}

/** What a command that didn't throw ends with. */
export interface Outcome {
  exitCode: number;
}

/** The io of this process. A reader that has seen enough (`| head`) ends it quietly: there is nobody left to write to. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error) => {
      if ('code' in error && error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ask: process.stdin.isTTY ? askAtTerminal : null,
  };
}

/** Standard output belongs to the result. Whoever ends their input, or interrupts, has answered nothing. */
async function askAtTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => {
    terminal.once('close', () => {
      resolve('');
    });
  });
  try {
    return await Promise.race([terminal.question(question), ended]);
  } finally {
    terminal.close();
  }
}
