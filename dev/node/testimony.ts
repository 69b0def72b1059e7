import { relative } from 'node:path';

/** What one process of a run says of itself, on one line of a file that all of them append to. */
export interface Testimony {
  /** Its `process.version`. */
  readonly version: string;
  /** The path of its program, and the arguments after it. */
  readonly line: readonly string[];
}

export function encodeTestimony(testimony: Testimony): string {
  return `${JSON.stringify(testimony)}\n`;
}

/** Throws a SyntaxError for a line that is no testimony: then something else wrote to the file. */
export function decodeTestimonies(text: string): Testimony[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Testimony); // Written by encodeTestimony.
}

/** The major version of a `process.version`, NaN if it is none. */
export function majorOf(version: string): number {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? Number.NaN);
}

/** What the witness (witness.ts) is told. */
export interface WitnessOrders {
  /** The major version of Node that the process must run on. */
  readonly major: number;
  /** Where it testifies, an absolute path. */
  readonly file: string;
  /** Whether it says so on standard error too, as the first process of a run does. */
  readonly aloud: boolean;
}

/**
 * NODE_OPTIONS that load the witness, whose module is at `module`, beside what they hold already; once, however often they are added.
 * The orders are part of the module's address, since a process's environment may be cleared of all but what its parent chose. An
 * address has no blanks and no quotes, so that none of it needs quotes.
 */
export function withWitness(nodeOptions: string | undefined, module: string, orders: WitnessOrders): string {
  const option = optionOf(module, orders);
  const twin = optionOf(module, { ...orders, aloud: !orders.aloud });
  const others = (nodeOptions ?? '').split(' ').filter((one) => !['', option, twin].includes(one));
  return [...others, option].join(' ');
}

function optionOf(module: string, { major, file, aloud }: WitnessOrders): string {
  const url = new URL(module);
  url.search = new URLSearchParams({ major: String(major), file, ...(aloud && { aloud: '' }) }).toString();
  return `--import=${url.href}`;
}

/** The orders in the address that the witness was loaded from. */
export function witnessOrders(url: string): WitnessOrders {
  const { searchParams } = new URL(url);
  return {
    major: Number(searchParams.get('major')),
    file: searchParams.get('file') ?? '',
    aloud: searchParams.has('aloud'),
  };
}

/** What the testimonies of one run come to. */
export interface Verdict {
  /** How many processes of Node there were. */
  readonly processes: number;
  /** How many of them ran each program that had to run. */
  readonly seen: ReadonlyMap<string, number>;
  /** Why the run doesn't count, each a sentence; empty if all is well. */
  readonly faults: readonly string[];
}

/** Each program that must run is the beginning of a command line, its path relative to the root: `dist/src/cli/main.js start`. */
export function judge(
  testimonies: readonly Testimony[],
  {
    version,
    mustRun,
    root,
  }: { readonly version: string; readonly mustRun: readonly string[]; readonly root: string },
): Verdict {
  const lines = testimonies.map(({ line }) => commandLine(line, root));
  const seen = new Map(
    mustRun.map((program) => [program, lines.filter((line) => line.startsWith(program)).length]),
  );
  return {
    processes: testimonies.length,
    seen,
    faults: [
      ...testimonies.flatMap((testimony, index) =>
        testimony.version === version ? [] : [`${lines[index] ?? ''} ran on Node ${testimony.version}.`],
      ),
      ...[...seen].flatMap(([program, times]) => (times > 0 ? [] : [`No process of Node ran ${program}.`])),
    ],
  };
}

function commandLine([program = 'node', ...args]: readonly string[], root: string): string {
  const path = relative(root, program);
  return [path.startsWith('..') ? program : path, ...args].join(' ');
}
