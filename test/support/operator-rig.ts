import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountsFor } from '../../dev/demo/accounts.js';
import { PAYERMAX_SHOP, WALLET_SHOP, YABANDPAY_SHOP } from '../../dev/demo/shops.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import type { Capture, ProviderName } from '../../src/capture/capture.js';
import type { Finding } from '../../src/capture/evidence.js';
import type { ProviderRules } from '../../src/capture/order.js';
import { planCapture } from '../../src/capture/order.js';
import { isRejection } from '../../src/capture/rejection.js';
import { registryClient } from '../../src/kafka/registry/client.js';
import { registerSchemas } from '../../src/kafka/schema-registry.js';
import { topicNames } from '../../src/kafka/topics.js';
import { payermaxRules } from '../../src/providers/payermax/rules.js';
import { walletRules } from '../../src/providers/wallet/rules.js';
import { yabandpayRules } from '../../src/providers/yabandpay/rules.js';
import type { CaptureStore } from '../../src/ports/store.js';
import type { Io } from '../../src/cli/io.js';
import type { Told } from './cli.js';
import { runCli } from './cli.js';
import { anOrder } from './contracts.js';
import type { TestDatabase } from './database.js';
import { createTestDatabase } from './database.js';
import type { PaymentInput } from './sandbox-admin.js';
import { SandboxAdmin, USUAL_AMOUNTS } from './sandbox-admin.js';
import { claimOf, pieceOf, testStore } from './store.js';

const SHOPS = { wallet: WALLET_SHOP, yabandpay: YABANDPAY_SHOP, payermax: PAYERMAX_SHOP };
const RULES: Readonly<Record<ProviderName, ProviderRules>> = {
  wallet: walletRules,
  yabandpay: yabandpayRules({ notifyUrl: 'http://127.0.0.1/notify' }),
  payermax: payermaxRules,
};

/** A database, a registry with the schemas, a sandbox and an accounts file for it: all that an operator's command needs, and no worker. */
export interface OperatorRig {
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  readonly store: CaptureStore;
  admin(provider: ProviderName): SandboxAdmin;
  /** A claimed capture of an authorised payment of the usual amount, planned. */
  planned(provider: ProviderName, paymentId: string, payment?: PaymentInput): Promise<Capture>;
  /** The same, sent an hour ago and answered so, as far as the database knows; the provider knows of no capture. */
  answered(
    provider: ProviderName,
    paymentId: string,
    finding: Finding,
    payment?: PaymentInput,
  ): Promise<Capture>;
  /** Runs `captures …`. */
  captures(...args: readonly string[]): Promise<Told>;
  /** The same with somebody at the terminal. */
  capturesAsked(ask: Io['ask'], ...args: readonly string[]): Promise<Told>;
  close(): Promise<void>;
}

export async function openOperatorRig(): Promise<OperatorRig> {
  const { SCHEMA_REGISTRY_URL } = process.env;
  if (SCHEMA_REGISTRY_URL === undefined) throw new Error('SCHEMA_REGISTRY_URL is not set');
  const prefix = `operator-${randomBytes(6).toString('hex')}.`;
  const registry = registryClient({ url: SCHEMA_REGISTRY_URL });
  await registerSchemas(registry, topicNames(prefix));
  await registry.close();
  const database = await createTestDatabase();
  const sandbox = await startSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'capture-worker-operator-test-'));
  await writeAccounts(sandbox, folder);
  const store = testStore(database.pool);
  const env = {
    DATABASE_URL: database.url,
    SCHEMA_REGISTRY_URL,
    CAPTURE_WORKER_TOPIC_PREFIX: prefix,
    CAPTURE_WORKER_ACCOUNTS_FILE: join(folder, 'accounts.yaml'),
    USER: 'alice',
  };
  const admin = (provider: ProviderName): SandboxAdmin => new SandboxAdmin(sandbox, provider);

  async function planned(
    provider: ProviderName,
    paymentId: string,
    payment: PaymentInput = {},
  ): Promise<Capture> {
    await admin(provider).authorise({ ...payment, paymentId });
    const capture = planOf(provider, paymentId, sandbox);
    await store.claim([claimOf(capture, { start: null })]);
    return capture;
  }

  async function answered(
    provider: ProviderName,
    paymentId: string,
    finding: Finding,
    payment: PaymentInput = {},
  ): Promise<Capture> {
    const { captureId } = await planned(provider, paymentId, payment);
    const [begun] = await store.start([{ captureId, leaseMs: 60_000, worker: 'worker-1' }]);
    if (begun === null || begun === undefined) throw new Error(`${paymentId} could not be started`);
    await store.record([{ captureId, pieces: [pieceOf(captureId, finding)] }]);
    await database.pool.query(
      "update captures set lease_until = now() - interval '1 hour' where capture_id = $1",
      [captureId],
    );
    return begun;
  }

  return {
    sandbox,
    database,
    store,
    admin,
    planned,
    answered,
    captures: (...args) => runCli(['captures', ...args], env),
    capturesAsked: (ask, ...args) => runCli(['captures', ...args], env, '/', ask),
    close: async () => {
      await sandbox.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

function planOf(provider: ProviderName, paymentId: string, { keys }: Sandbox): Capture {
  const { amount, currency } = USUAL_AMOUNTS[provider];
  const { account } = SHOPS[provider];
  const merchantId = provider === 'payermax' ? keys.payermax.merchantNo : 'demo-merchant';
  const order = anOrder({
    provider,
    account,
    paymentId,
    orderId: `order-of-${paymentId}`,
    authorisedAmount: BigInt(amount),
    captureAmount: null,
    currency,
    captureCurrency: null,
    references: new Map([['outTradeNo', paymentId]]),
  });
  const rules = RULES[provider];
  const capture = planCapture(order, {
    find: (name) => ({ account: name, merchantId, authorisationWindowMs: 86_400_000, rules }),
    traceparent: null,
    now: new Date(),
  });
  if (isRejection(capture)) throw new Error(`${paymentId}: ${capture.problem}`);
  return capture;
}

/** As the sandbox's own process writes its keys, so that the demo's accounts fit. */
async function writeAccounts({ keys, url }: Sandbox, folder: string): Promise<void> {
  const { wallet, yabandpay, payermax } = keys;
  const files = {
    'merchant-private.pem': wallet.merchantPrivateKeyPem ?? '',
    'wallet-public.pem': wallet.walletPublicKeyPem,
    'yabandpay-secret.txt': yabandpay.secretKey,
    'payermax-merchant-private.pem': payermax.merchantPrivateKeyPem ?? '',
    'payermax-public.pem': payermax.payermaxPublicKeyPem,
    'accounts.yaml': accountsFor({ url, adminUrl: '', keysDir: folder, wallet, yabandpay, payermax }, '5s'),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}
