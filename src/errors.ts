/**
 * Every error that this system raises on purpose, in one table: its code, the exit code that a command ends with if it gets that far,
 * and whether trying again later can help.
 */
export const ERRORS = {
  CONFIG_INVALID: { exitCode: 3, retryable: false },
  MERCHANT_CHANGED: { exitCode: 3, retryable: false },
  SCHEMA_OUT_OF_DATE: { exitCode: 4, retryable: false },
  SCHEMA_TOO_NEW: { exitCode: 4, retryable: false },
  SCHEMA_NOT_REGISTERED: { exitCode: 4, retryable: false },
  SCHEMA_INCOMPATIBLE: { exitCode: 4, retryable: false },
  DATABASE_UNSAFE: { exitCode: 4, retryable: false },
  STORE_BUSY: { exitCode: 5, retryable: true },
  // This and the other logins are tried again all the same: one can be mended while we wait.
  STORE_LOGIN_REFUSED: { exitCode: 4, retryable: true },
  STORE_UNAVAILABLE: { exitCode: 5, retryable: true },
  LOG_ACCESS_REFUSED: { exitCode: 4, retryable: true },
  LOG_UNAVAILABLE: { exitCode: 5, retryable: true },
  LOG_REFUSED_DATA: { exitCode: 1, retryable: false },
  REGISTRY_ACCESS_REFUSED: { exitCode: 4, retryable: true },
  REGISTRY_UNAVAILABLE: { exitCode: 5, retryable: true },
  // So is a certificate, on either side.
  TLS_FAILED: { exitCode: 4, retryable: true },
  TOPIC_MISSING: { exitCode: 4, retryable: false },
  PORT_UNAVAILABLE: { exitCode: 5, retryable: true },
  TOPIC_REFUSED: { exitCode: 4, retryable: false },
  STORE_REFUSED_DATA: { exitCode: 1, retryable: false },
  NOT_FOUND: { exitCode: 6, retryable: false },
  DRAIN_TIMEOUT: { exitCode: 7, retryable: false },
  CONSUMER_STOPPED: { exitCode: 8, retryable: false },
  ACTION_REFUSED: { exitCode: 11, retryable: false },
  SETTLED_OTHERWISE: { exitCode: 12, retryable: false },
  NOT_IN_TIME: { exitCode: 10, retryable: true },
  AMOUNT_OUT_OF_RANGE: { exitCode: 1, retryable: false },
} as const satisfies Record<string, { exitCode: number; retryable: boolean }>;
export type ErrorCode = keyof typeof ERRORS;

/** Exit codes that no error carries: all went well, something unforeseen, and a command line that can't be read. */
export const EXIT = { ok: 0, unexpected: 1, usage: 2, stoppedHard: 9 } as const;

/** An error with a code. The message says what is wrong and what to do about it; the cause says what led to it. */
export class CaptureWorkerError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CaptureWorkerError';
    this.code = code;
  }

  get exitCode(): number {
    return ERRORS[this.code].exitCode;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof CaptureWorkerError && error.code === code;
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
