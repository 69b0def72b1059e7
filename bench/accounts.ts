import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arena } from './arena.js';
import type { Merchant } from './orders.js';
import { USUAL_MERCHANT } from './orders.js';

/** One account of a worker: whom it captures for, where, and how many calls at once. */
export interface AccountSettings {
  readonly merchant: Merchant;
  readonly url: string;
  readonly maxInFlight: number;
  /** How long a call may take; 25 s unless given. */
  readonly timeoutMs?: number;
}

/** The one account that measurements capture through unless they say otherwise. */
export function usualAccount(arena: Arena, maxInFlight: number): AccountSettings {
  return { merchant: USUAL_MERCHANT, url: arena.provider.url, maxInFlight };
}

/** Writes an accounts file and returns its path. All accounts share the arena's keys. */
export async function writeAccounts(
  { folder, keys }: Arena,
  accounts: readonly AccountSettings[],
): Promise<string> {
  const file = join(folder, `accounts-${randomBytes(3).toString('hex')}.yaml`);
  const texts = accounts.map(
    ({ merchant: { account, merchantId, clientId }, url, maxInFlight, timeoutMs = 25_000 }) => `${account}:
  provider: wallet
  merchantId: ${merchantId}
  clientId: '${clientId}'
  privateKey: { file: ${keys.merchantPrivate} }
  walletPublicKey: { file: ${keys.providerPublic} }
  authorisationWindow: 7d
  baseUrl: ${url}
  timeout: ${String(timeoutMs)}ms
  maxInFlight: ${String(maxInFlight)}
`,
  );
  await writeFile(file, texts.join('\n'));
  return file;
}
