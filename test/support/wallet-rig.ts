import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import type { Scenario } from '../../sandbox/scenario.js';
import type { Capture } from '../../src/capture/capture.js';
import type { Evidence, EvidenceKind } from '../../src/capture/evidence.js';
import type { Money } from '../../src/capture/money.js';
import { isRejection } from '../../src/capture/order.js';
import { verdictOf } from '../../src/capture/verdict.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Answer, CaptureCall, InquiryCall, ProviderClient } from '../../src/ports/provider.js';
import { readPrivateKey, readPublicKey } from '../../src/providers/keys.js';
import { createWalletClient } from '../../src/providers/wallet/client.js';
import type { WalletAccountConfig } from '../../src/providers/wallet/config.js';
import { walletRules } from '../../src/providers/wallet/rules.js';
import { aCapture } from './captures.js';
import type { PaymentInput } from './sandbox-admin.js';
import { SandboxAdmin } from './sandbox-admin.js';

export const clock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: () => Promise.reject(new Error('a client never sleeps')),
};
export const MINUTE = 60_000;
export const IQD_150: Money = { amount: 150_000n, currency: 'IQD' };

/** The sandbox and a client of it, as one account. */
export class WalletRig {
  readonly sandbox: Sandbox;
  readonly admin: SandboxAdmin;
  readonly client: ProviderClient;
  readonly #account: WalletAccountConfig;
  readonly #others: ProviderClient[] = [];

  constructor(sandbox: Sandbox, changed: Partial<WalletAccountConfig> = {}) {
    this.sandbox = sandbox;
    this.admin = new SandboxAdmin(sandbox);
    this.#account = {
      baseUrl: sandbox.url,
      clientId: sandbox.keys.clientId,
      keyVersion: '1',
      signatureUrlEncoded: false,
      requireSignedAnswers: true,
      privateKey: readPrivateKey(sandbox.keys.merchantPrivateKeyPem ?? '', 'privateKey'),
      walletPublicKey: readPublicKey(sandbox.keys.walletPublicKeyPem, 'walletPublicKey'),
      timeoutMs: 10_000,
      maxInFlight: 8,
      ...changed,
    };
    this.client = this.clientWith({});
  }

  static async start(
    options: SandboxOptions = {},
    changed: Partial<WalletAccountConfig> = {},
  ): Promise<WalletRig> {
    return new WalletRig(await startSandbox(options), changed);
  }

  /** A client of an account that is configured otherwise. */
  clientWith(changed: Partial<WalletAccountConfig>, at: Clock = clock): ProviderClient {
    const client = createWalletClient({ ...this.#account, ...changed }, { clock: at });
    this.#others.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.#others.map((client) => client.close()));
    await this.sandbox.close();
  }

  /** Authorises a payment and plans the capture of all of it, or of `money`. */
  async planned(payment: PaymentInput = {}, money?: Money): Promise<Capture> {
    const paymentId = await this.admin.authorise(payment);
    const authorised: Money = {
      amount: BigInt(payment.amount ?? IQD_150.amount),
      currency: payment.currency ?? IQD_150.currency,
    };
    return captureOf(paymentId, authorised, money ?? authorised);
  }

  /** Captures a payment under a script, in one call. */
  async sendUnder(
    scenario: Scenario,
    client = this.client,
  ): Promise<{ capture: Capture; answer: Answer; outcome: string }> {
    const capture = await this.planned({ scenario });
    const answer = await client.capture(callOf(capture));
    return { capture, answer, outcome: outcomeOf(capture, answer) };
  }

  /** What the wallet's book says has moved of a payment, in minor units. */
  async moved({ paymentId }: Capture): Promise<bigint> {
    return BigInt((await this.admin.entry(paymentId)).capturedAmount);
  }
}

export function captureOf(paymentId: string, authorised: Money, money: Money): Capture {
  const planned = aCapture({
    captureReference: paymentId,
    paymentId,
    money,
    authorisedAmount: authorised.amount,
  });
  const { requestId } = planned;
  const instruction = { requestId, paymentId, captureReference: paymentId, money, description: null };
  const body = walletRules.businessBody(instruction);
  if (isRejection(body)) throw new Error(body.problem);
  return { ...planned, body, attempts: 1, status: { state: 'sending', attempt: 1 } };
}

export function callOf({ requestId, body, money }: Capture): CaptureCall {
  return { requestId, body, money, mayWrite: () => true };
}

export function inquiryOf(capture: Capture): InquiryCall {
  const { paymentId, captureReference, requestId, money, authorisedAmount } = capture;
  return { paymentId, captureReference, requestId, money, authorisedAmount };
}

function evidenceOf(answer: Answer, kind: EvidenceKind): Evidence {
  return { ...answer, evidenceId: kind, kind, attempt: kind === 'capture_response' ? 1 : null };
}

/** What becomes of a capture whose only attempt got this answer: `succeeded`, `failed/<category>`, `pending/<reason>` or `unsent`. */
export function outcomeOf(capture: Capture, answer: Answer): string {
  return wordOf(capture, [evidenceOf(answer, 'capture_response')]);
}

/** What becomes of a capture whose only attempt brought nothing, once this inquiry is folded in. */
export function outcomeOfInquiry(capture: Capture, answer: Answer): string {
  const nothing: Answer = {
    finding: { is: 'unknown' },
    at: new Date(0),
    providerCode: null,
    providerMessage: null,
    raw: null,
    httpStatus: null,
  };
  return wordOf(capture, [evidenceOf(nothing, 'capture_response'), evidenceOf(answer, 'inquiry')]);
}

function wordOf(capture: Capture, evidence: readonly Evidence[]): string {
  const verdict = verdictOf(capture, evidence);
  switch (verdict.says) {
    case 'failed': {
      const { finding } = verdict.by;
      return `failed/${finding.is === 'declined' ? finding.category : ''}`;
    }
    case 'pending':
      return `pending/${verdict.reason}`;
    case 'succeeded':
    case 'under_way':
    case 'unsent':
      return verdict.says;
  }
}
