import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { ConnectionConfig } from '../connection.js';
import { connectionProblems, isPlain, refuseProblems } from '../connection.js';

/** One account at the wallet, as its client needs it. */
export interface WalletAccountConfig extends ConnectionConfig {
  readonly clientId: string;
  /** Which of our keys signs, as registered with the wallet. An integer as text; usually `1`. */
  readonly keyVersion: string;
  readonly signatureUrlEncoded: boolean;
  /** Whether an answer without a signature is no evidence. Only switch it off for a gateway that doesn't sign at all. */
  readonly requireSignedAnswers: boolean;
  readonly privateKey: KeyObject;
  readonly walletPublicKey: KeyObject;
}

/** Throws CONFIG_INVALID, naming everything that is wrong with the account at once. */
export function assertUsable(config: WalletAccountConfig): void {
  refuseProblems(problemsOf(config));
}

function* problemsOf(config: WalletAccountConfig): Generator<string> {
  yield* connectionProblems(config);
  // Both are written into headers and into what is signed.
  if (!isPlain(config.clientId)) yield 'clientId must be printable ASCII without blanks';
  if (!/^\d{1,9}$/.test(config.keyVersion)) yield 'keyVersion must be a whole number, such as 1';
  if (createPublicKey(config.privateKey).equals(config.walletPublicKey)) {
    yield "walletPublicKey belongs to this account's own private key: give the wallet's public key";
  }
}
