/** A program of this package that is run on another Node. */
export interface Part {
  /** How messages call it. */
  readonly title: string;
  /** The compiled program, relative to the root, and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** The beginnings of command lines that processes of Node must have had, or the run has shown nothing. */
  readonly mustRun: readonly string[];
}

export const PART_NAMES = ['unit', 'demo'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** The part of that name. `orders` is how many the demo takes. */
export function partOf(name: PartName, { orders }: { readonly orders: number }): Part {
  switch (name) {
    case 'unit':
      return {
        title: 'the unit tests',
        command: ['dist/dev/test/main.js', '--unit'],
        // The command itself, and the test files, each a process of its own.
        mustRun: ['dist/dev/test/main.js', 'dist/test/unit/'],
      };
    case 'demo':
      return {
        title: `a demo of ${String(orders)} orders`,
        command: ['dist/dev/demo/main.js', `--orders=${String(orders)}`, '--json'],
        mustRun: [
          'dist/dev/demo/main.js',
          'dist/dev/watchdog/main.js',
          'dist/sandbox/main.js',
          'dist/src/cli/main.js start',
          'dist/examples/ledger/main.js',
          'dist/examples/customer-messages/main.js',
        ],
      };
    default:
      return name satisfies never;
  }
}
