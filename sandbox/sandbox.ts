import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { adminRoutes } from './admin.js';
import type { AddressesInput } from './callbacks/addresses.js';
import { Addresses } from './callbacks/addresses.js';
import { Postman } from './callbacks/postman.js';
import type { Book } from './book.js';
import { guardAgainstOutages } from './outage.js';
import type { PayermaxKeys, PayermaxOptions } from './payermax/credentials.js';
import { payermaxCredentials } from './payermax/credentials.js';
import { Payermax } from './payermax/payermax.js';
import type { Profile } from './profile.js';
import type { ProviderName, Shared, Simulator, Simulators } from './simulator.js';
import { Timers } from './timers.js';
import type { WalletKeys, WalletOptions } from './wallet/credentials.js';
import { walletCredentials } from './wallet/credentials.js';
import { Wallet } from './wallet/wallet.js';
import type { YabandPayMerchant, YabandPayOptions } from './yabandpay/credentials.js';
import { yabandPayCredentials } from './yabandpay/credentials.js';
import { YabandPay } from './yabandpay/yabandpay.js';

export interface SandboxOptions {
  /** 0, or nothing, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Move money again for another request id, and count it: no fence but the request id. */
  readonly permissive?: boolean;
  /** Trouble for payments without a script; none if left out. */
  readonly profile?: Profile;
  readonly randomSeed?: string | number;
  /** How long an authorisation lives that is entered without an expiry; if left out, as long as each provider says. */
  readonly authorisationLifeMs?: number;
  readonly now?: () => Date;
  /** Where notifications go; nowhere if it is left out, until the admin endpoint says so. */
  readonly notify?: AddressesInput;
  /** How many times as fast as its provider documents a notification is sent again; 1. */
  readonly notifySpeed?: number;
  readonly wallet?: WalletOptions;
  readonly yabandpay?: YabandPayOptions;
  readonly payermax?: PayermaxOptions;
}

/** What a merchant of each provider needs to know. */
export interface SandboxKeys {
  readonly wallet: WalletKeys;
  readonly yabandpay: YabandPayMerchant;
  readonly payermax: PayermaxKeys;
}

export interface Sandbox {
  /** Where the providers are: `http://127.0.0.1:<port>`, to which their paths are added. */
  readonly url: string;
  /** Where the sandbox's own endpoints are: `<url>/admin`. */
  readonly adminUrl: string;
  readonly port: number;
  readonly keys: SandboxKeys;
  /** The books themselves, for tests in the same process. */
  readonly books: Readonly<Record<ProviderName, Book>>;
  /** Stops listening, breaks off what is under way and leaves nothing running. */
  close(): Promise<void>;
}

/** Starts the simulators on one port. Throws if the port is taken or a key can't be read. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const addresses = new Addresses(options.notify);
  const postman = new Postman();
  const shared: Shared = {
    post: { addresses, postman, speed: options.notifySpeed ?? 1 },
    permissive: options.permissive ?? false,
    profile: options.profile ?? null,
    seed: String(options.randomSeed ?? 1),
    timers: new Timers(),
    now: options.now ?? (() => new Date()),
  };
  const [ofWallet, ofPayermax] = await Promise.all([
    walletCredentials(options.wallet ?? {}),
    payermaxCredentials(options.payermax ?? {}),
  ]);
  const ofYabandPay = yabandPayCredentials(options.yabandpay ?? {});
  const wallet = new Wallet(ofWallet.credentials, shared);
  const yabandpay = new YabandPay(ofYabandPay.credentials, shared);
  const payermax = new Payermax(ofPayermax.credentials, shared);
  const simulators: Simulators = { wallet, yabandpay, payermax };

  let startedAt = performance.now();
  const reset = (): void => {
    shared.timers.cancelAll();
    startedAt = performance.now();
    for (const simulator of Object.values<Simulator>(simulators)) {
      const { book, director, calls, courier } = simulator.common;
      for (const part of [book, director, calls, courier, simulator]) part.reset();
    }
  };
  const app = fastify({ forceCloseConnections: true });
  for (const simulator of Object.values<Simulator>(simulators)) {
    await app.register((scope, _options, done) => {
      guardAgainstOutages(scope, simulator, () => performance.now() - startedAt);
      simulator.routes(scope);
      done();
    });
  }
  adminRoutes(app, {
    ...shared,
    simulators,
    addresses,
    authorisationLifeMs: options.authorisationLifeMs ?? null,
    reset,
  });
  const port = await listen(app, options);
  const url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  return {
    url,
    adminUrl: `${url}/admin`,
    port,
    keys: { wallet: ofWallet.keys, yabandpay: ofYabandPay.keys, payermax: ofPayermax.keys },
    books: {
      wallet: wallet.common.book,
      yabandpay: yabandpay.common.book,
      payermax: payermax.common.book,
    },
    close: async () => {
      shared.timers.cancelAll();
      await Promise.all([app.close(), postman.close()]);
    },
  };
}

async function listen(
  app: FastifyInstance,
  { port = 0, host = '127.0.0.1' }: SandboxOptions,
): Promise<number> {
  await app.listen({ port, host });
  return (app.server.address() as AddressInfo).port;
}
