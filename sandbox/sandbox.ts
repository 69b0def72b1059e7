import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { adminRoutes } from './admin.js';
import { Book } from './book.js';
import { CallCounts } from './calls.js';
import { generateKeys, privateKeyOf, publicKeyOf } from './keys.js';
import type { Profile } from './profile.js';
import { Director } from './script.js';
import { Timers } from './timers.js';
import type { SignatureEncoding } from './wallet/signature.js';
import { Wallet } from './wallet/wallet.js';
import type { Common, WalletOptions } from './wallet/wallet.js';

export interface SandboxClient {
  readonly clientId: string;
  readonly merchantPublicKeyPem: string;
  /** The version that the merchant's signatures must name. */
  readonly keyVersion?: string;
}

export interface SandboxOptions {
  /** 0, or nothing, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Move money again for another request id, and count it: no fence but the request id. */
  readonly permissive?: boolean;
  /** Trouble for payments without a script; none if left out. */
  readonly profile?: Profile;
  readonly randomSeed?: string | number;
  /** The wallet's merchants. If left out, one is made, with its keys. */
  readonly clients?: readonly SandboxClient[];
  /** What the wallet signs with. If left out, it is made. */
  readonly walletPrivateKeyPem?: string;
  /** How far a request's time may be from the wallet's clock; 5 min. */
  readonly clockSkewMs?: number;
  /** How long an authorisation lives that is entered without an expiry; 7 days. */
  readonly authorisationLifeMs?: number;
  /** How signatures are written, both ways. */
  readonly signatureEncoding?: SignatureEncoding;
  readonly now?: () => Date;
}

export interface SandboxKeys {
  readonly walletPublicKeyPem: string;
  /** The first client. */
  readonly clientId: string;
  /** The first client's key, if the sandbox made it. */
  readonly merchantPrivateKeyPem: string | null;
}

export interface Sandbox {
  /** Where the wallet is: `http://127.0.0.1:<port>`, to which its paths are added. */
  readonly url: string;
  /** Where the sandbox's own endpoints are: `<url>/admin`. */
  readonly adminUrl: string;
  readonly port: number;
  readonly keys: SandboxKeys;
  /** The book itself, for tests in the same process. */
  readonly book: Book;
  /** Stops listening, breaks off what is under way and leaves nothing running. */
  close(): Promise<void>;
}

export const DEFAULT_CLIENT_ID = 'SANDBOX_MERCHANT';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Starts the simulators on one port. Throws if the port is taken or a key can't be read. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { wallet: walletOptions, keys } = await credentials(options);
  const now = options.now ?? (() => new Date());
  const common: Common = {
    book: new Book({ permissive: options.permissive ?? false }),
    director: new Director({ profile: options.profile ?? null, seed: String(options.randomSeed ?? 1) }),
    calls: new CallCounts(),
    timers: new Timers(),
    now,
  };
  const wallet = new Wallet(walletOptions, common);
  const reset = (): void => {
    common.timers.cancelAll();
    common.book.reset();
    common.director.reset();
    common.calls.reset();
    wallet.reset();
  };

  const app = fastify({ forceCloseConnections: true });
  await app.register((scope, _options, done) => {
    wallet.routes(scope);
    done();
  });
  const { authorisationLifeMs = 7 * DAY } = options;
  adminRoutes(app, { ...common, wallet, authorisationLifeMs, reset });
  const port = await listen(app, options);
  const url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  return {
    url,
    adminUrl: `${url}/admin`,
    port,
    keys,
    book: common.book,
    close: async () => {
      common.timers.cancelAll();
      await app.close();
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

async function credentials(
  options: SandboxOptions,
): Promise<{ readonly wallet: WalletOptions; readonly keys: SandboxKeys }> {
  const walletPem = options.walletPrivateKeyPem ?? (await generateKeys()).privateKeyPem;
  const privateKey = privateKeyOf(walletPem, "the wallet's private key");
  const made = options.clients === undefined ? await generateKeys() : null;
  const clients: readonly SandboxClient[] =
    options.clients ??
    (made === null ? [] : [{ clientId: DEFAULT_CLIENT_ID, merchantPublicKeyPem: made.publicKeyPem }]);
  const [first] = clients;
  if (first === undefined) throw new Error('clients: at least one is needed, or leave the option out');
  return {
    wallet: {
      privateKey,
      clients: clients.map(({ clientId, merchantPublicKeyPem, keyVersion = '1' }) => ({
        clientId,
        keyVersion,
        publicKey: publicKeyOf(merchantPublicKeyPem, `the public key of ${clientId}`),
      })),
      clockSkewMs: options.clockSkewMs ?? 5 * MINUTE,
      encoding: options.signatureEncoding ?? 'base64',
    },
    keys: {
      walletPublicKeyPem: publicKeyOf(walletPem, "the wallet's private key")
        .export({ type: 'spki', format: 'pem' })
        .toString(),
      clientId: first.clientId,
      merchantPrivateKeyPem: made?.privateKeyPem ?? null,
    },
  };
}
