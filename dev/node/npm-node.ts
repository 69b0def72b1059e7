import type { Crew } from '../stack/crew.js';
import { lastLines } from '../stack/log-file.js';
import { QUESTION, readAnswer, type FoundNode } from './npm-answer.js';
import { majorOf } from './testimony.js';

/** Node can't be had from npm. The message says what to do, and ends with what npm said. */
export class NodeUnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NodeUnavailableError';
  }
}

export interface NpmOptions {
  /** Ends npm when it is disbanded. */
  readonly crew: Crew;
  readonly env: NodeJS.ProcessEnv;
  /** The root, whose .npmrc counts. */
  readonly cwd: string;
  /** Where npm's output goes. */
  readonly logFile: string;
  readonly say: (line: string) => void;
}

/**
 * The newest Node of that major version, fetched by `npm exec` into npm's cache unless it lies there already. If the registry can't be
 * asked, what npm fetched before will do. Throws NodeUnavailableError; a StackError STACK_STOPPED if the crew was disbanded.
 */
export async function nodeFromNpm(major: number, options: NpmOptions): Promise<FoundNode> {
  const asked = await askNpm(major, [], options);
  if (asked.answer !== undefined) return checked(asked.answer, major);
  options.say(`npm can't fetch Node ${String(major)}; looking whether its cache has it.`);
  const cached = await askNpm(major, ['--offline'], options);
  if (cached.answer !== undefined) return checked(cached.answer, major);
  throw new NodeUnavailableError(
    `Node ${String(major)} could not be had: \`npm ${commandOf(major).slice(0, -1).join(' ')} …\` failed (${asked.how}).\n` +
      'npm fetches it from its registry, once; later its cache will do. Check the network, `npm config get registry` and the settings ' +
      `of a proxy, if there is one, then run this again. The end of what npm said:\n${asked.said.replace(/^/gm, '  ')}`,
  );
}

function commandOf(major: number, more: readonly string[] = []): string[] {
  return ['exec', '--yes', ...more, `--package=node@${String(major)}`, '--', 'node', '-p', QUESTION];
}

interface Asked {
  readonly answer: FoundNode | undefined;
  readonly how: string;
  readonly said: string;
}

// Warnings about settings that npm doesn't know are nobody's concern here; and as it comes, npm waits for 70 s before it gives up.
const MANNERS = ['--loglevel=error', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];

async function askNpm(
  major: number,
  more: readonly string[],
  { crew, env, cwd, logFile }: NpmOptions,
): Promise<Asked> {
  const npm = await crew.start({
    title: 'npm',
    command: 'npm',
    args: commandOf(major, [...more, ...MANNERS]),
    cwd,
    env,
    logFile,
  });
  const how = await npm.ended;
  const output = await npm.recentOutput();
  return { answer: how === 'exit code 0' ? readAnswer(output) : undefined, how, said: lastLines(output) };
}

/** npm says nothing when it has the package without its program: then the next `node` on the PATH runs, which is ours. */
function checked(answer: FoundNode, major: number): FoundNode {
  if (majorOf(answer.version) === major) return answer;
  throw new NodeUnavailableError(
    `Node ${String(major)} could not be had: \`npm exec --package=node@${String(major)} -- node\` ran Node ${answer.version} ` +
      `(${answer.program}).\nnpm has the package, but not its program, which an install script brings: ` +
      'look whether `npm config get ignore-scripts` is true, and run this again with npm_config_ignore_scripts=false.',
  );
}
