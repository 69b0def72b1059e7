import pg from 'pg';
import { CaptureWorkerError } from '../errors.js';
import { tlsFault } from '../tls.js';

/**
 * What PostgreSQL refused, in our words. `doing` says what was tried, to complete "while …".
 *
 * - STORE_REFUSED_DATA: the values are at fault (SQLSTATE classes 22, 23 and 54): sending them again fails again.
 * - STORE_BUSY: somebody else holds a row of the batch; the others can be written without it.
 * - STORE_LOGIN_REFUSED: the role, its password (also one that is missing), the database (class 28, 3D000) or a parameter of the connection
 *   is at fault: an operator mends it, we go on by ourselves.
 * - TLS_FAILED: there is no encrypted connection, or the server isn't who it should be: likewise.
 * - STORE_UNAVAILABLE: the database, the way to it, or a rival transaction is at fault; the same batch can succeed later.
 * - Anything else is a fault of ours (a statement that doesn't fit the schema, say) and is handed on as it is.
 */
export function storeError(error: unknown, doing: string): unknown {
  if (error instanceof CaptureWorkerError) return error;
  if (!(error instanceof pg.DatabaseError)) return unreachable(error, doing);
  const sqlstate = error.code ?? '';
  if (refusesConnection(error, sqlstate)) {
    return new CaptureWorkerError(
      'STORE_LOGIN_REFUSED',
      `the database refused the connection, while ${doing}: ${error.message} (SQLSTATE ${sqlstate}); mend the parameters of DATABASE_URL, such as options`,
      { cause: error },
    );
  }
  if (isRefusal(sqlstate)) {
    const where = error.constraint ?? error.table ?? error.routine ?? 'unknown';
    return new CaptureWorkerError(
      'STORE_REFUSED_DATA',
      `the database refused the data while ${doing}: ${error.message} (SQLSTATE ${sqlstate}, ${where})`,
      { cause: error },
    );
  }
  if (isLogin(sqlstate)) {
    return new CaptureWorkerError(
      'STORE_LOGIN_REFUSED',
      `the database refused the login, while ${doing}: ${error.message} (SQLSTATE ${sqlstate}); mend DATABASE_URL or the file of its password, or the role or database that it names`,
      { cause: error },
    );
  }
  if (isBusy(sqlstate)) {
    return new CaptureWorkerError(
      'STORE_BUSY',
      `a row was held too long by somebody else, while ${doing}: ${error.message} (SQLSTATE ${sqlstate})`,
      { cause: error },
    );
  }
  if (mayPass(sqlstate)) {
    return new CaptureWorkerError(
      'STORE_UNAVAILABLE',
      `the database can't serve us now, while ${doing}: ${error.message} (SQLSTATE ${sqlstate})`,
      { cause: error },
    );
  }
  return error;
}

/** What the driver says when it is asked for a password that it wasn't given, or an empty one. */
const LACKS_PASSWORD = /^SASL: .*client password must be a (non-empty )?string$/;

/** Whatever the driver throws that isn't PostgreSQL's own answer is about the connection: there is no answer. */
function unreachable(error: unknown, doing: string): CaptureWorkerError {
  const fault = tlsFault(error);
  if (fault !== null)
    return new CaptureWorkerError(
      'TLS_FAILED',
      `the database can't be spoken to with TLS, while ${doing}: ${fault}; check host, sslmode, sslrootcert, sslcert and sslkey of DATABASE_URL`,
      { cause: error },
    );
  if (error instanceof Error && error.message === 'The server does not support SSL connections')
    return new CaptureWorkerError(
      'TLS_FAILED',
      `the database offers no TLS, while ${doing}: turn it on there, or give DATABASE_URL ?sslmode=disable if nobody can listen on the way`,
      { cause: error },
    );
  if (error instanceof Error && LACKS_PASSWORD.test(error.message))
    return new CaptureWorkerError(
      'STORE_LOGIN_REFUSED',
      `the database asks for a password and there is none, while ${doing}: put one into DATABASE_URL, or into a file that DATABASE_PASSWORD_FILE names`,
      { cause: error },
    );
  const detail =
    error instanceof Error ? error.message || ('code' in error ? String(error.code) : '') : String(error);
  return new CaptureWorkerError(
    'STORE_UNAVAILABLE',
    `the database doesn't answer, while ${doing}: ${detail}; check that it runs and that DATABASE_URL names it`,
    { cause: error },
  );
}

/** A lock not given in time, or a statement that took too long: likely one row of the batch, not the database. */
function isBusy(sqlstate: string): boolean {
  return sqlstate === '55P03' || sqlstate === '57014';
}

/**
 * Whether a session was not even begun for what it was asked to be set up with: the same classes speak of a statement's fault later, but
 * that doesn't end the session.
 */
function refusesConnection({ severity }: pg.DatabaseError, sqlstate: string): boolean {
  return severity === 'FATAL' && ['0A', '22', '42'].includes(sqlstate.slice(0, 2));
}

function isLogin(sqlstate: string): boolean {
  return sqlstate.startsWith('28') || sqlstate === '3D000';
}

function isRefusal(sqlstate: string): boolean {
  // 54 (program limit): a value too long for its index, for instance.
  return ['22', '23', '54'].includes(sqlstate.slice(0, 2));
}

/**
 * 08 connection, 53 resources, 57 intervention and timeouts, 58 input/output, 40 a rival transaction,
 * 25006 read-only: a standby after a failover.
 */
function mayPass(sqlstate: string): boolean {
  return ['08', '40', '53', '57', '58'].includes(sqlstate.slice(0, 2)) || ['25006'].includes(sqlstate);
}
