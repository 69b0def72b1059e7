import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { CaptureWorkerError } from '../../errors.js';

/** One account at the wallet, as its client needs it. */
export interface WalletAccountConfig {
  /** The gateway: scheme, host and port, no path. */
  readonly baseUrl: string;
  readonly clientId: string;
  /** Which of our keys signs, as registered with the wallet. An integer as text; usually `1`. */
  readonly keyVersion: string;
  readonly signatureUrlEncoded: boolean;
  /** Whether an answer without a signature is no evidence. Only switch it off for a gateway that doesn't sign at all. */
  readonly requireSignedAnswers: boolean;
  readonly privateKey: KeyObject;
  readonly walletPublicKey: KeyObject;
  /** The deadline of one call, in ms. */
  readonly timeoutMs: number;
  /** How many calls may be under way at once: the size of the connection pool. */
  readonly maxInFlight: number;
}

const LONGEST_TIMEOUT_MS = 600_000;

/** Throws CONFIG_INVALID, naming everything that is wrong with the account at once. */
export function assertUsable(config: WalletAccountConfig): void {
  const problems = [...problemsOf(config)];
  if (problems.length > 0) throw new CaptureWorkerError('CONFIG_INVALID', problems.join('; '));
}

function* problemsOf(config: WalletAccountConfig): Generator<string> {
  if (!isOrigin(config.baseUrl)) {
    yield 'baseUrl must be http(s)://host[:port] and nothing more: the paths of the API are fixed';
  }
  // Both are written into headers and into what is signed.
  if (!/^[\x21-\x7e]+$/.test(config.clientId)) yield 'clientId must be printable ASCII without blanks';
  if (!/^\d{1,9}$/.test(config.keyVersion)) yield 'keyVersion must be a whole number, such as 1';
  if (!isWhole(config.timeoutMs, LONGEST_TIMEOUT_MS)) {
    yield `timeoutMs must be a whole number of milliseconds from 1 to ${LONGEST_TIMEOUT_MS}`;
  }
  if (!isWhole(config.maxInFlight, 10_000)) yield 'maxInFlight must be a whole number from 1 to 10000';
  if (createPublicKey(config.privateKey).equals(config.walletPublicKey)) {
    yield "walletPublicKey belongs to this account's own private key: give the wallet's public key";
  }
}

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

function isWhole(value: number, largest: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= largest;
}
