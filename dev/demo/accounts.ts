import { join } from 'node:path';
import { PAYERMAX_SHOP, WALLET_SHOP, YABANDPAY_SHOP } from './shops.js';

/** What the sandbox's process prints when it listens. */
export interface SandboxLine {
  readonly url: string;
  readonly adminUrl: string;
  readonly keysDir: string;
  readonly wallet: { readonly clientId: string };
  readonly yabandpay: { readonly user: string };
  readonly payermax: { readonly merchantNo: string; readonly appId: string };
}

/** The accounts file of the demo's shops: one account at each of the sandbox's providers. `timeout` is that of one call. */
export function accountsFor(sandbox: SandboxLine, timeout: string): string {
  const key = (name: string): string => `{ file: ${join(sandbox.keysDir, name)} }`;
  const common = `  baseUrl: ${sandbox.url}\n  timeout: ${timeout}\n  maxInFlight: 200\n`;
  return `${WALLET_SHOP.account}:
  provider: wallet
  merchantId: demo-merchant
  clientId: '${sandbox.wallet.clientId}'
  privateKey: ${key('merchant-private.pem')}
  walletPublicKey: ${key('wallet-public.pem')}
  authorisationWindow: 7d
${common}
${YABANDPAY_SHOP.account}:
  provider: yabandpay
  merchantId: demo-merchant
  user: '${sandbox.yabandpay.user}'
  secretKey: ${key('yabandpay-secret.txt')}
  notifyUrl: http://127.0.0.1/notify
${common}
${PAYERMAX_SHOP.account}:
  provider: payermax
  merchantId: '${sandbox.payermax.merchantNo}'
  appId: '${sandbox.payermax.appId}'
  privateKey: ${key('payermax-merchant-private.pem')}
  payermaxPublicKey: ${key('payermax-public.pem')}
${common}`;
}
