import type { Posted } from './notification-senders.js';
import { keyPair, PayermaxSender, WalletSender, YabandpaySender } from './notification-senders.js';
import type { NotifyRig, Sending } from './notify-rig.js';
import { payermaxSuccess, successOf, walletSuccess, yabandpaySuccess } from './notify-rig.js';

/** A request that nobody may believe. */
export interface HostileRequest {
  readonly posted: Posted;
  readonly change: Sending;
}

const strangers = keyPair();
const PATHS = [
  '/notify/wallet/shop',
  '/notify/wallet/other',
  '/notify/yabandpay/shop',
  '/notify/payermax/shop',
];

/** Requests from strangers: random ones, and good ones that were changed by a little. Never one that says just what the good one says. */
export function hostileRequest(rig: NotifyRig, random: () => number): HostileRequest {
  const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];
  const { wallet: ofWallet, payermax, yabandpay } = successOf(rig, 'hostile');
  const good = pick([ofWallet, payermax, yabandpay]);
  const signedByHeader = pick([ofWallet, payermax]);
  const path = pick(PATHS as [string, ...string[]]);
  return pick<() => HostileRequest>([
    () => ({ posted: good, change: { body: mutatedBody(good.body, random) } }),
    () => ({ posted: good, change: { body: mutatedBody(good.body, random) } }),
    () => ({ posted: signedByHeader, change: { headers: mutatedHeaders(signedByHeader, random) } }),
    () => ({ posted: good, change: { path, body: randomBytes(random) } }),
    () => ({ posted: good, change: { path, body: JSON.stringify(randomJson(random, 4)) } }),
    () => ({
      posted: yabandpay,
      change: { body: JSON.stringify({ sign: 'f'.repeat(64), data: randomJson(random, 3) }) },
    }),
    () => ({
      posted: good,
      change: { path, body: `resultData=${encodeURIComponent(JSON.stringify(randomJson(random, 3)))}` },
    }),
    () => ({ posted: good, change: { path: PATHS[(PATHS.indexOf(good.path) + 1) % PATHS.length] ?? '' } }),
    () => ({
      posted: ofWallet,
      change: { path: `${ofWallet.path}${pick(['?', '/', '%00', '%2e%2e', ';x', '#'])}x` },
    }),
    () => ({
      posted: good,
      change: { method: pick(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'QUERY']) },
    }),
    () => ({ posted: strangersOwn(rig, path), change: {} }),
  ])();
}

/** Signed well, by nobody whom we know. */
function strangersOwn(rig: NotifyRig, path: string): Posted {
  if (path.includes('wallet'))
    return new WalletSender(path, 'shop', strangers.privateKey).post(walletSuccess('hostile'), rig.now);
  if (path.includes('yabandpay'))
    return new YabandpaySender(path, 'a-strangers-secret').post(yabandpaySuccess('hostile'));
  return new PayermaxSender(path, 'm-1', 'app-1', strangers.privateKey).post(
    payermaxSuccess('hostile'),
    rig.now,
  );
}

/** A few bytes changed, cut out, put in or doubled. JSON can be written in several ways: one that is the same to a reader is no change. */
function mutatedBody(body: string, random: () => number): Buffer {
  for (;;) {
    let bytes = Buffer.from(body);
    for (let change = 0; change <= Math.floor(random() * 3); change += 1) {
      const [from, length] = [Math.floor(random() * bytes.length), 1 + Math.floor(random() * 8)];
      const [head, part, tail] = [
        bytes.subarray(0, from),
        bytes.subarray(from, from + length),
        bytes.subarray(from + length),
      ];
      const put = [
        Buffer.alloc(0),
        Buffer.concat([part, part]),
        Buffer.from(part.map((byte) => byte ^ (1 << Math.floor(random() * 8)))),
        Buffer.concat([Buffer.from([Math.floor(random() * 256)]), part]),
      ][Math.floor(random() * 4)];
      bytes = Buffer.concat([head, put ?? part, tail]);
    }
    if (normalised(bytes.toString('utf8')) !== normalised(body)) return bytes;
  }
}

function normalised(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** What is signed, or signs, with a character that is another; or empty. */
function mutatedHeaders({ headers }: Posted, random: () => number): Record<string, string> {
  const signed = ['signature', 'client-id', 'request-time', 'sign'].filter((name) => name in headers);
  const name = signed[Math.floor(random() * signed.length)] ?? '';
  const value = headers[name] ?? '';
  // What stands before a signature isn't part of it, and of the last characters of base64 some bits mean nothing.
  const from = value.includes('signature=') ? value.indexOf('signature=') + 'signature='.length : 0;
  const at = from + Math.floor(random() * Math.max(1, value.length - from - 4));
  const other = value[at] === 'A' ? 'B' : 'A';
  return { [name]: random() < 0.2 ? '' : value.slice(0, at) + other + value.slice(at + 1) };
}

function randomBytes(random: () => number): Buffer {
  return Buffer.from(Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256)));
}

const NAMES = [
  'sign',
  'data',
  'notifyType',
  'merchantNo',
  'paymentId',
  'trade_id',
  'state',
  '__proto__',
  'constructor',
  '',
  'result',
  'toString',
];
const TEXTS = [
  'CAPTURE',
  'CAPTURE_RESULT',
  'm-1',
  'paid',
  '',
  '\u0000',
  '\ud800',
  'f'.repeat(64),
  '1e999',
  '🧾',
];

/** JSON of the members that matter, in no order that makes sense. */
function randomJson(random: () => number, depth: number): unknown {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const kind = random();
  if (depth === 0 || kind < 0.2)
    return [pick(TEXTS), random() * 1e18, null, true, -1][Math.floor(random() * 5)];
  if (kind < 0.3) return Array.from({ length: 3 }, () => randomJson(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: Math.floor(random() * 8) }, () => [pick(NAMES), randomJson(random, depth - 1)]),
  );
}
