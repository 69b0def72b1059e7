import { createSecretKey } from 'node:crypto';
import { request } from 'node:http';
import type pg from 'pg';
import { pino } from 'pino';
import type { NotifyOptions, NotifyServer } from '../../src/http/notify.js';
import { createNotifyServer } from '../../src/http/notify.js';
import { sourceFilter } from '../../src/addresses.js';
import type { Metrics } from '../../src/metrics/metrics.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { payermaxNotifications } from '../../src/providers/payermax/notification.js';
import { walletNotifications } from '../../src/providers/wallet/notification.js';
import { yabandpayNotifications } from '../../src/providers/yabandpay/notification.js';
import { keepNotification } from '../../src/store/notifications.js';
import type { Posted } from './notification-senders.js';
import { keyPair, PayermaxSender, WalletSender, YabandpaySender } from './notification-senders.js';

const WINDOW_MS = 300_000;
const wallet = { now: keyPair(), before: keyPair() };
const payermax = { now: keyPair(), before: keyPair() };
const SECRETS = { now: 'the-secret-of-now', before: 'the-secret-before' };

/** What a request came to: `200 ok`. */
export type Answered = `${number} ${string}`;

/** What a request has beside what was posted. */
export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly path?: string;
}

/**
 * The notify endpoint over real HTTP, with an account of each provider called `shop` and a second one of the wallet, `other`, that trusts
 * the same key of the wallet.
 */
export class NotifyRig {
  readonly metrics: Metrics = createMetrics({ version: '1', ofProcess: false });
  /** The clock's time; moved by tests. */
  now = new Date('2026-03-01T12:00:00.000Z');
  /** What the rate of strangers is measured by, in ms. */
  elapsed = 0;
  isReady = true;
  readonly logged: string[] = [];
  readonly wallet = walletAt('shop', wallet.now);
  readonly walletBefore = walletAt('shop', wallet.before);
  readonly yabandpay = new YabandpaySender('/notify/yabandpay/shop', SECRETS.now);
  readonly yabandpayBefore = new YabandpaySender('/notify/yabandpay/shop', SECRETS.before);
  readonly payermax = payermaxAt(payermax.now);
  readonly payermaxBefore = payermaxAt(payermax.before);
  #server: NotifyServer | null = null;

  static async start(pool: pg.Pool, change: Partial<NotifyOptions> = {}): Promise<NotifyRig> {
    const rig = new NotifyRig();
    const everywhere = sourceFilter([]);
    const merchantId = 'm-1';
    const walletKeys = [wallet.now.publicKey, wallet.before.publicKey];
    const walletReader = (clientId: string) =>
      walletNotifications({ clientId, keys: walletKeys, windowMs: WINDOW_MS });
    rig.#server = await createNotifyServer({
      host: '127.0.0.1',
      port: 0,
      accounts: [
        {
          provider: 'wallet',
          account: 'shop',
          merchantId,
          isSource: everywhere,
          reader: walletReader('shop'),
        },
        {
          provider: 'wallet',
          account: 'other',
          merchantId: 'm-2',
          isSource: everywhere,
          reader: walletReader('other'),
        },
        {
          provider: 'yabandpay',
          account: 'shop',
          merchantId,
          isSource: everywhere,
          reader: yabandpayNotifications({
            user: '016683',
            keys: [SECRETS.now, SECRETS.before].map((secret) => createSecretKey(secret, 'utf8')),
            windowMs: WINDOW_MS,
          }),
        },
        {
          provider: 'payermax',
          account: 'shop',
          merchantId,
          isSource: everywhere,
          reader: payermaxNotifications({
            merchantNo: merchantId,
            appId: 'app-1',
            keys: [payermax.now.publicKey, payermax.before.publicKey],
            windowMs: WINDOW_MS,
          }),
        },
        {
          provider: 'payermax',
          account: 'fenced',
          merchantId,
          isSource: sourceFilter(['192.0.2.1', '198.51.100.0/24']),
          reader: payermaxNotifications({
            merchantNo: merchantId,
            appId: 'app-1',
            keys: [payermax.now.publicKey],
            windowMs: WINDOW_MS,
          }),
        },
      ],
      keep: (notification) => keepNotification(pool, notification),
      isReady: () => rig.isReady,
      observer: rig.metrics,
      clock: { now: () => rig.now, monotonic: () => rig.elapsed },
      log: pino({ level: 'info' }, { write: (line) => rig.logged.push(line) }),
      ...change,
    });
    return rig;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  close(): Promise<void> {
    return this.#server?.close() ?? Promise.resolve();
  }

  /** Posts it as it is, or changed on the way. */
  send(posted: Posted, change: Sending = {}): Promise<Answered> {
    const { method = 'POST', path = posted.path, body = posted.body } = change;
    // Node leaves it out for methods that seldom have a body, and the body would then look like the next request.
    const framing =
      'transfer-encoding' in (change.headers ?? {}) ? {} : { 'content-length': Buffer.byteLength(body) };
    const headers = { ...framing, ...posted.headers, ...change.headers };
    return new Promise((resolve, reject) => {
      const url = new URL(this.url);
      const sent = request(
        { host: url.hostname, port: url.port, method, path, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            resolve(`${response.statusCode ?? 0} ${Buffer.concat(chunks).toString('utf8')}`);
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** How many requests came to each result, by provider, account and result. */
  async counted(): Promise<Record<string, number>> {
    const metric = await this.metrics.registry.getSingleMetric('capture_worker_notify_requests_total')?.get();
    return Object.fromEntries(
      (metric?.values ?? []).map(({ labels, value }) => [
        `${String(labels['provider'])}/${String(labels['account'])} ${String(labels['result'])}`,
        value,
      ]),
    );
  }
}

function walletAt(account: string, { privateKey }: { readonly privateKey: typeof wallet.now.privateKey }) {
  return new WalletSender(`/notify/wallet/${account}`, account, privateKey);
}

function payermaxAt({ privateKey }: { readonly privateKey: typeof wallet.now.privateKey }) {
  return new PayermaxSender('/notify/payermax/shop', 'm-1', 'app-1', privateKey);
}

/** Notifications that a capture succeeded, one of each provider, about this payment. */
export function successOf(
  rig: NotifyRig,
  payment: string,
): Readonly<Record<'wallet' | 'yabandpay' | 'payermax', Posted>> {
  return {
    wallet: rig.wallet.post(walletSuccess(payment), rig.now),
    yabandpay: rig.yabandpay.post(yabandpaySuccess(payment)),
    payermax: rig.payermax.post(payermaxSuccess(payment), rig.now),
  };
}

export function walletSuccess(paymentId: string): Readonly<Record<string, unknown>> {
  return {
    notifyType: 'CAPTURE_RESULT',
    result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success.' },
    captureRequestId: 'request-1',
    captureId: 'capture-1',
    paymentId,
    captureAmount: { value: '150000', currency: 'IQD' },
    captureTime: '2026-03-01T11:59:58+00:00',
  };
}

export function yabandpaySuccess(tradeId: string): Readonly<Record<string, unknown>> {
  return {
    type: 'payment',
    user: '016683',
    order_id: '',
    trade_id: tradeId,
    amount: '24.99',
    currency: 'EUR',
    state: 'paid',
    paid_time: 1_772_366_390,
  };
}

export function payermaxSuccess(outTradeNo: string): Readonly<Record<string, unknown>> {
  return {
    captureNo: 'C-1',
    requestId: 'request-1',
    outTradeNo,
    amount: 100.1,
    currency: 'SAR',
    status: 'SUCCESS',
    succeededTime: '2026-03-01T11:59:00 +0000',
  };
}
