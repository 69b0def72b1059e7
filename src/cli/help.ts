import type { Command } from 'commander';
import { EXIT_CODES } from './exit-codes.js';

export interface Help {
  /** Variables that the command can't do without, or that matter to it most, with what they are to it. */
  readonly environment: readonly (readonly [variable: string, what: string])[];
  /** The exit codes that it can end with, beside 0 to 2. */
  readonly exits: readonly number[];
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** Adds to a command's help what its options don't say. */
export function addHelp(command: Command, { environment, exits, examples }: Help): Command {
  const codes = [0, 1, 2, ...exits].map((code): [string, string] => [String(code), EXIT_CODES[code] ?? '']);
  const sections = [
    `Environment (docs/configuration.md lists all variables):\n${columns(environment)}`,
    `Exit codes:\n${columns(codes)}`,
    `Examples:\n${columns(examples)}`,
  ];
  return command.addHelpText('after', `\n${sections.join('\n\n')}`);
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
}
