import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../dev/demo/scene.js';
import type { Between } from './fault.js';
import type { Gate, Identity } from './gate.js';
import { openGate } from './gate.js';

export interface ProviderGate extends Between {
  readonly gate: Gate;
}

/** How a gate with TLS is trusted by the workers. */
export interface Trusted {
  readonly identity: Identity;
  /** The authority that it is issued by. */
  readonly authority: string;
}

/** Puts a gate between all workers of a scene and the providers: their accounts are the same but for the address. */
export async function gateToProviders({ folder }: Scene, trusted?: Trusted): Promise<ProviderGate> {
  const accounts = await readFile(join(folder, 'accounts.yaml'), 'utf8');
  const [, baseUrl] = /baseUrl: (\S+)/.exec(accounts) ?? [];
  if (baseUrl === undefined) throw new Error('the accounts name no provider');
  const { hostname, port } = new URL(baseUrl);
  const gate = await openGate({
    to: { host: hostname, port: Number(port) },
    ...(trusted === undefined ? {} : { identity: trusted.identity }),
  });
  const address =
    trusted === undefined
      ? `http://127.0.0.1:${String(gate.port)}`
      : `https://localhost:${String(gate.port)}`;
  const files = { accounts: join(folder, 'accounts-gate.yaml'), authority: join(folder, 'gate-ca.pem') };
  await writeFile(files.accounts, accounts.replaceAll(baseUrl, address));
  if (trusted !== undefined) await writeFile(files.authority, trusted.authority);
  return {
    gate,
    settings: () =>
      Promise.resolve({
        CAPTURE_WORKER_ACCOUNTS_FILE: files.accounts,
        ...(trusted === undefined ? {} : { NODE_EXTRA_CA_CERTS: files.authority }),
      }),
    close: () => gate.close(),
  };
}
