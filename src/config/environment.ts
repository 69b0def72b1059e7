import { didYouMean } from './did-you-mean.js';
import { formatDuration } from './duration.js';
import type { Problem } from './problem.js';
import type { RequiredVariable, Values, VariableName } from './variables.js';
import { REQUIRED_VARIABLES, VARIABLE_NAMES, VARIABLES } from './variables.js';

/** The variables of a process: `process.env`, or a test's. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** The prefix of the variables that are ours alone. One that we don't know is refused: it is a setting that would silently not apply. */
export const OWN_PREFIX = 'CAPTURE_WORKER_';

/** The variables as far as they could be read, and what is wrong with them: a list that grows as more of their meaning is looked at. */
export interface Reading {
  /** Of a variable that is wrong this has the default, if there is one. */
  readonly values: Values;
  /** Whether a variable is set, rightly or wrongly. */
  isSet(name: VariableName): boolean;
  /** Whether a problem was found with a variable, so that its value means nothing. */
  isWrong(name: VariableName): boolean;
  complain(name: VariableName, text: string): void;
  readonly problems: readonly Problem[];
}

/**
 * Reads and checks all variables, each by itself; those in `required` must be there. An empty variable counts as not set, since that is
 * how shells and compose files leave out an optional one. Collects every problem instead of stopping at the first.
 */
export function readEnvironment(env: ProcessEnvironment, required: readonly RequiredVariable[]): Reading {
  const set = new Map(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
  const issues = VARIABLES.safeParse(Object.fromEntries(set)).error?.issues ?? [];
  const wrong = new Set(issues.map(({ path }) => path.join('.')));
  const problems = [
    ...required.filter((name) => !set.has(name)).map((name) => missing(name, set)),
    ...issues.map(({ path, message }) => ({ place: path.join('.'), text: message })),
    ...[...set].flatMap(([name, value]) => strayProblem(name, value, set)),
  ];
  const values = VARIABLES.parse(Object.fromEntries([...set].filter(([name]) => !wrong.has(name))));
  problems.push(...backwards(values, wrong));
  return {
    values,
    isSet: (name) => set.has(name),
    isWrong: (name) => problems.some(({ place }) => place === name),
    complain: (place, text) => {
      problems.push({ place, text });
    },
    problems,
  };
}

const KNOWN: readonly string[] = VARIABLE_NAMES;

/** What is wrong with a variable for having a name that none of ours has. */
function strayProblem(name: string, value: string, set: ReadonlyMap<string, string>): Problem[] {
  if (KNOWN.includes(name) || isServiceLink(name, value)) return [];
  if (name.startsWith(OWN_PREFIX)) {
    const meant = similarOf(name, OWN_PREFIX);
    const hint = meant === null ? 'docs/configuration.md lists those there are' : `did you mean ${meant}?`;
    return [{ place: name, text: `is no setting of this program: ${hint}` }];
  }
  const prefix = SHARED_PREFIXES.find((shared) => name.startsWith(shared));
  const meant = prefix === undefined ? null : similarOf(name, prefix);
  if (meant === null || set.has(meant) || isRequired(meant)) return [];
  return [
    { place: name, text: `is no setting of this program, and ${meant} is not set: is that what was meant?` },
  ];
}

/** Families of names that other programs use, too: of these only a slip of the pen is refused, which could turn TLS off unseen. */
const SHARED_PREFIXES = ['KAFKA_', 'SCHEMA_REGISTRY_', 'DATABASE_'];

function similarOf(name: string, prefix: string): string | null {
  const family = KNOWN.filter((known) => known.startsWith(prefix)).map((known) => known.slice(prefix.length));
  const meant = didYouMean(name.slice(prefix.length), family);
  return meant === null ? null : `${prefix}${meant}`;
}

function isRequired(name: string): boolean {
  return REQUIRED_VARIABLES.some((required) => required === name);
}

/**
 * Kubernetes puts `<SERVICE>_SERVICE_HOST`, `<SERVICE>_PORT` and the like into every pod of a service's namespace. A service whose name
 * begins with capture-worker would otherwise keep the worker from starting.
 */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name) ||
    (/_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value)) ||
    /_PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)$/.test(name)
  );
}

function missing(name: string, set: ReadonlyMap<string, string>): Problem {
  const others = [...set.keys()].filter((other) => !KNOWN.includes(other));
  const similar = didYouMean(name, others);
  const hint = similar === null ? '' : `; ${similar} is set: is that what was meant?`;
  return { place: name, text: `is not set${hint}` };
}

/** Pairs that contradict each other. */
function backwards(values: Values, wrong: ReadonlySet<string>): Problem[] {
  return BACKOFFS.flatMap(({ of, unlessSet }) => {
    const own = {
      base: `CAPTURE_WORKER_${of}_BACKOFF_BASE`,
      cap: `CAPTURE_WORKER_${of}_BACKOFF_CAP`,
    } as const;
    const base = values[own.base] === undefined && unlessSet !== null ? unlessSet.base : own.base;
    const cap = values[own.cap] === undefined && unlessSet !== null ? unlessSet.cap : own.cap;
    const [from, to] = [values[base], values[cap]];
    const isShared = base !== own.base && cap !== own.cap;
    if (isShared || from === undefined || to === undefined || from <= to) return [];
    if (wrong.has(base) || wrong.has(cap)) return [];
    return [{ place: base, text: `${formatDuration(from)} is above ${cap}, ${formatDuration(to)}` }];
  });
}

const SHARED = {
  base: 'CAPTURE_WORKER_INQUIRY_BACKOFF_BASE',
  cap: 'CAPTURE_WORKER_INQUIRY_BACKOFF_CAP',
} as const;
/** Each pair, and the one that stands in for what isn't set of it. */
const BACKOFFS = [
  { of: 'RESEND', unlessSet: null },
  { of: 'INQUIRY', unlessSet: null },
  { of: 'BREAKER', unlessSet: null },
  { of: 'WALLET_INQUIRY', unlessSet: SHARED },
  { of: 'YABANDPAY_INQUIRY', unlessSet: SHARED },
] as const;

/**
 * Where the accounts file is, whatever else is wrong: so that its problems are told together with the others. Null if its variable is wrong
 * by itself.
 */
export function accountsFileOf(env: ProcessEnvironment): string | null {
  const written = env['CAPTURE_WORKER_ACCOUNTS_FILE'];
  const read = VARIABLES.shape.CAPTURE_WORKER_ACCOUNTS_FILE.safeParse(written === '' ? undefined : written);
  return read.data ?? null;
}
