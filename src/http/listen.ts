import type { FastifyInstance } from 'fastify';
import { CaptureWorkerError, messageOf } from '../errors.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What listens there, for people. */
  readonly purpose: string;
  /** The variables that say where, without `_HOST` and `_PORT`. */
  readonly variables: string;
}

/**
 * Opens the port. Returns where the server listens, such as `http://127.0.0.1:9464`. If it can't, the server is closed; throws
 * PORT_UNAVAILABLE if the port is taken or the address is not this machine's.
 */
export async function listen(server: FastifyInstance, options: ListenOptions): Promise<string> {
  try {
    return await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    await server.close();
    throw unavailable(options, error);
  }
}

function unavailable({ host, port, purpose, variables }: ListenOptions, error: unknown): CaptureWorkerError {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const place = `${host}:${String(port)}`;
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: `another process listens there; stop it or set ${variables}_PORT to a free port (0 takes any)`,
    EACCES: `this user may not listen on that port; set ${variables}_PORT to one above 1023`,
    EADDRNOTAVAIL: `it is no address of this machine; set ${variables}_HOST to one, or to 0.0.0.0 for all`,
    ENOTFOUND: `the name has no address; correct ${variables}_HOST`,
  };
  return new CaptureWorkerError(
    'PORT_UNAVAILABLE',
    `Can't listen on ${place} for ${purpose}: ${why[String(code)] ?? messageOf(error)}`,
    { cause: error },
  );
}
