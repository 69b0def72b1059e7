import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { ConnectionConfig } from '../connection.js';
import { connectionProblems, isPlain, refuseProblems } from '../connection.js';

/** One account at PayerMax, as its client needs it. */
export interface PayermaxAccountConfig extends ConnectionConfig {
  readonly merchantNo: string;
  readonly appId: string;
  /** The version of the API that requests are written for; `1.5` on the capture page. */
  readonly version: string;
  /** The version of the signature's algorithm. Usually `1`. */
  readonly keyVersion: string;
  readonly privateKey: KeyObject;
  readonly payermaxPublicKey: KeyObject;
  /** Whether an acceptance (APPLY_SUCCESS) without a signature is no evidence. */
  readonly requireSignedAnswers: boolean;
  /**
   * The same for every other answer. PayerMax's own client library verifies acceptances only, so its refusals may come unsigned: switched
   * on, such a refusal decides nothing, and the capture stays in doubt.
   */
  readonly requireSignedRefusals: boolean;
}

/** The merchant number as the page has it. */
const MAX_MERCHANT_LENGTH = 32;

/** Throws CONFIG_INVALID, naming everything that is wrong with the account at once. */
export function assertUsable(config: PayermaxAccountConfig): void {
  refuseProblems(problemsOf(config));
}

function* problemsOf(config: PayermaxAccountConfig): Generator<string> {
  yield* connectionProblems(config);
  if (!isPlain(config.merchantNo) || config.merchantNo.length > MAX_MERCHANT_LENGTH) {
    yield `merchantNo must be at most ${MAX_MERCHANT_LENGTH} characters of printable ASCII without blanks`;
  }
  if (!isPlain(config.appId)) yield 'appId must be printable ASCII without blanks';
  if (!/^\d{1,4}(\.\d{1,4}){0,3}$/.test(config.version))
    yield 'version must be a version number, such as 1.5';
  if (!/^\d{1,9}$/.test(config.keyVersion)) yield 'keyVersion must be a whole number, such as 1';
  if (createPublicKey(config.privateKey).equals(config.payermaxPublicKey)) {
    yield "payermaxPublicKey belongs to this account's own private key: give PayerMax's public key";
  }
}
