/** What can keep the local stack from running; each has its own remedy. */
export type StackErrorCode =
  | 'STACK_UNSUPPORTED'
  | 'STACK_NO_JAVA'
  | 'STACK_NO_MAVEN'
  | 'STACK_NO_SPACE'
  | 'STACK_PORT_TAKEN'
  | 'STACK_DOWNLOAD_FAILED'
  | 'STACK_DATA_FOLDER'
  | 'STACK_NO_POSTGRES'
  | 'STACK_PART_FAILED'
  | 'STACK_PART_SILENT'
  | 'STACK_NOT_OURS'
  | 'STACK_STOPPED';

/** The message is one line that says what is wrong and what to do. */
export class StackError extends Error {
  readonly code: StackErrorCode;
  /** The end of the failed program's log, if there is one. */
  readonly logTail: string | undefined;

  constructor(code: StackErrorCode, message: string, options: { cause?: unknown; logTail?: string } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'StackError';
    this.code = code;
    this.logTail = options.logTail === '' ? undefined : options.logTail;
  }
}

/** Several things are missing at once: one line each, so that they can be mended together. */
export function joinProblems(problems: readonly StackError[]): StackError | undefined {
  const [first, ...others] = problems;
  if (first === undefined || others.length === 0) return first;
  return new StackError(first.code, problems.map((problem) => problem.message).join('\n'), { cause: first });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
