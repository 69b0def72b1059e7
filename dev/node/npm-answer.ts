/** A Node that npm has, as it describes itself. */
export interface FoundNode {
  /** Its `process.version`, such as v24.1.0. */
  readonly version: string;
  /** The path of its program. */
  readonly program: string;
}

/** What the Node that npm runs is asked to print. */
export const QUESTION = 'JSON.stringify({ version: process.version, program: process.execPath })';

/** What it answered, or undefined: npm and the scripts that it runs may say something before it. */
export function readAnswer(output: string): FoundNode | undefined {
  return output
    .split('\n')
    .reverse()
    .map(parse)
    .find((answer) => answer !== undefined);
}

function parse(line: string): FoundNode | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const answer: unknown = JSON.parse(line);
    if (typeof answer !== 'object' || answer === null) return undefined;
    if (!('version' in answer) || !('program' in answer)) return undefined;
    const { version, program } = answer;
    return typeof version === 'string' && typeof program === 'string' ? { version, program } : undefined;
  } catch {
    return undefined;
  }
}
