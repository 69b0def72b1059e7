import type { Capture, ProviderName } from './capture.js';
import { PROVIDERS } from './capture.js';
import { exponentOf } from './currencies.js';
import { captureIdOf, requestIdOf, traceparentOf } from './ids.js';
import type { Money } from './money.js';
import { MAX_MINOR_UNITS } from './money.js';
import type { Rejection } from './rejection.js';
import { isRejection, quoted, reject } from './rejection.js';

/** A decoded `order.fulfilled`. Amounts are minor units. */
export interface OrderFulfilled {
  readonly eventId: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly provider: string;
  readonly account: string;
  readonly authorisedAmount: bigint;
  /** Null means the full authorised amount. */
  readonly captureAmount: bigint | null;
  readonly currency: string;
  /** What the producer takes the capture's currency to be; null means the authorisation's, which it must be. */
  readonly captureCurrency: string | null;
  readonly authorisedAt: Date;
  readonly fulfilledAt: Date;
  /** The provider's further references, such as PayerMax's outTradeNo. */
  readonly references: ReadonlyMap<string, string>;
  readonly description: string | null;
}

/** What is asked of a provider, before it is written in the provider's own form. */
export interface CaptureInstruction {
  readonly requestId: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly captureReference: string;
  readonly money: Money;
  readonly references: ReadonlyMap<string, string>;
  readonly description: string | null;
}

/**
 * The pure part of a provider: how it names and writes a capture. Needs no connection and no key, so a replay can tell duplicates in a
 * process that has no provider client at all.
 */
export interface ProviderRules {
  readonly provider: ProviderName;
  /** The longest paymentId that the provider takes, in characters. */
  readonly maxPaymentIdLength: number;
  /** The order's field that the provider captures by, such as `references.outTradeNo`. */
  readonly referenceField: string;
  /** What the provider captures by, normalised as the provider compares it. */
  captureReference(order: OrderFulfilled): string | Rejection;
  /** The business body, byte for byte as every send of this generation will carry it. */
  businessBody(instruction: CaptureInstruction): Uint8Array | Rejection;
}

/** What must be known of an account to plan a capture; comes from configuration. */
export interface AccountTerms {
  readonly account: string;
  readonly merchantId: string;
  /** How long an authorisation can be captured, in ms. */
  readonly authorisationWindowMs: number;
  readonly rules: ProviderRules;
}

/**
 * Plans the capture of an order: a pure function of the order and the account's terms. `find` looks an account up by provider and name.
 * Returns the capture as it stands before anything was sent, or why there can't be one.
 */
export function planCapture(
  order: OrderFulfilled,
  context: {
    readonly find: (account: string) => AccountTerms | null;
    readonly traceparent: string | null;
    readonly now: Date;
  },
): Capture | Rejection {
  const unfit =
    tooManyReferences(order) ?? firstUnfitText(order) ?? firstUnfitId(order) ?? unknownProvider(order);
  if (unfit !== null) return unfit;
  const terms = context.find(order.account);
  if (terms === null) {
    return reject(
      'account_unknown',
      'account',
      `the accounts file names no account ${quoted(order.account)}`,
      'add it to the accounts file, under this name, or correct the producer; then send the message again',
    );
  }
  if (terms.rules.provider !== order.provider) {
    return reject(
      'provider_unknown',
      'provider',
      `account ${quoted(order.account)} is with ${terms.rules.provider}, not with ${quoted(order.provider)}`,
      'find out which of the two is meant and correct the producer, or the accounts file',
    );
  }
  if (order.paymentId.length > terms.rules.maxPaymentIdLength) {
    return reject(
      'text_too_long',
      'paymentId',
      `has ${String(order.paymentId.length)} characters, ${order.provider} takes ${String(terms.rules.maxPaymentIdLength)}`,
      'send the authorisation id as the provider gave it',
    );
  }
  const money = captureMoney(order);
  if ('rejected' in money) return money;
  const expiresAt = expiryOf(order, terms);
  if ('rejected' in expiresAt) return expiresAt;
  const captureReference = terms.rules.captureReference(order);
  if (typeof captureReference !== 'string') return captureReference;

  const captureId = captureIdOf({
    provider: order.provider,
    merchantId: terms.merchantId,
    captureReference,
  });
  const requestId = requestIdOf(captureId, 1);
  const { orderId, paymentId, references, description } = order;
  const instruction = { requestId, orderId, paymentId, captureReference, money, references, description };
  const body = terms.rules.businessBody(instruction);
  if (isRejection(body)) return body;
  return {
    captureId,
    provider: terms.rules.provider,
    merchantId: terms.merchantId,
    captureReference,
    account: order.account,
    orderId: order.orderId,
    paymentId,
    money,
    orderedAmount: money.amount,
    authorisedAmount: order.authorisedAmount,
    expiresAt,
    generation: 1,
    requestId,
    body,
    traceparent: context.traceparent ?? traceparentOf(captureId),
    createdAt: context.now,
    status: { state: 'planned' },
    attempts: 0,
    sequence: 0,
    announced: null,
    review: null,
    leaseUntil: null,
    attemptsBefore: 0,
    corrections: 0,
    contradictedAt: null,
  };
}

const MAX_TEXT = 256;
const LONGEST = { description: 1024 };
/** Providers need one or two; a message has room for a hundred thousand, which nobody should have to look through. */
const MAX_REFERENCES = 32;

function tooManyReferences({ references }: OrderFulfilled): Rejection | null {
  if (references.size <= MAX_REFERENCES) return null;
  return reject(
    'references_too_many',
    'references',
    `has ${String(references.size)} entries, at most ${String(MAX_REFERENCES)} are taken`,
    'send only the references that the provider needs',
  );
}

function unknownProvider({ provider }: OrderFulfilled): Rejection | null {
  const known: readonly string[] = PROVIDERS;
  if (known.includes(provider)) return null;
  return reject(
    'provider_unknown',
    'provider',
    `${quoted(provider)} is none of ${PROVIDERS.join(', ')}`,
    'correct the producer',
  );
}

/** What dates, their ISO 8601 texts and PostgreSQL can all hold. A time beyond it was written in another unit. */
const EARLIEST_AUTHORISATION = Date.UTC(1970, 0, 1);
const LATEST_EXPIRY = Date.UTC(9999, 11, 31);

/** An authorisation that has lapsed, however long ago, is none of our business: the provider decides. */
function expiryOf(
  { authorisedAt }: OrderFulfilled,
  { authorisationWindowMs }: AccountTerms,
): Date | Rejection {
  const authorisedMs = authorisedAt.getTime();
  const expiresMs = authorisedMs + authorisationWindowMs;
  if (authorisedMs >= EARLIEST_AUTHORISATION && expiresMs <= LATEST_EXPIRY) return new Date(expiresMs);
  return reject(
    'time_out_of_range',
    'authorisedAt',
    `is ${String(authorisedMs)} ms from 1970, which is before 1970 or after the year 9999`,
    'check the unit: times are milliseconds since 1970-01-01 UTC',
  );
}

function firstUnfitText(order: OrderFulfilled): Rejection | null {
  const required = ['eventId', 'orderId', 'paymentId', 'provider', 'account', 'currency'] as const;
  for (const field of required) {
    if (order[field] === '') return reject('text_missing', field, 'is empty', 'the producer must fill it');
  }
  const texts: [string, string, number][] = [
    ...required.map((field): [string, string, number] => [field, order[field], MAX_TEXT]),
    ['captureCurrency', order.captureCurrency ?? '', MAX_TEXT],
    ['description', order.description ?? '', LONGEST.description],
    ...[...order.references].flatMap(([name, value]): [string, string, number][] => [
      ['references', name, MAX_TEXT],
      [`references.${name}`, value, MAX_TEXT],
    ]),
  ];
  for (const [field, text, longest] of texts) {
    if (text.length > longest) {
      return reject(
        'text_too_long',
        field,
        `has ${String(text.length)} characters, at most ${String(longest)} are taken`,
        'shorten it',
      );
    }
    if (!isStorable(text)) {
      return reject(
        'text_unprintable',
        field,
        'holds a NUL character or half a surrogate pair',
        'remove it: no database or provider can carry it',
      );
    }
  }
  return null;
}

/**
 * What the provider issued, and so has neither control characters nor white space at an end: a producer has added them, or cut the id out
 * of something longer. Sent as it is, the provider would find no such payment, or trim it and capture what we hold for another one. The
 * order's own id isn't looked at: it is the order service's, and captures nothing.
 */
function firstUnfitId({ paymentId, references }: OrderFulfilled): Rejection | null {
  const ids: [string, string][] = [
    ['paymentId', paymentId],
    ...[...references].map(([name, value]): [string, string] => [`references.${name}`, value]),
  ];
  for (const [field, id] of ids) {
    const problem = /\p{Cc}/u.test(id)
      ? 'holds a control character, such as a tab or the end of a line'
      : id !== id.trim()
        ? 'has white space at an end'
        : null;
    if (problem !== null)
      return reject('reference_invalid', field, problem, 'send it exactly as the provider gave it');
  }
  return null;
}

/** PostgreSQL text takes no NUL, UTF-8 no lone surrogate: one such value would spoil the whole batch that it is written in. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function captureMoney(order: OrderFulfilled): Money | Rejection {
  const amount = order.captureAmount ?? order.authorisedAmount;
  const field = order.captureAmount === null ? 'authorisedAmount' : 'captureAmount';
  if (exponentOf(order.currency) === null) {
    return reject(
      'currency_unknown',
      'currency',
      `${quoted(order.currency)} is no ISO 4217 currency`,
      'send the three-letter code in capitals',
    );
  }
  if (order.captureCurrency !== null && order.captureCurrency !== order.currency) {
    return reject(
      'currency_mismatch',
      'captureCurrency',
      `is ${quoted(order.captureCurrency)}, but the payment was authorised in ${order.currency}`,
      'capture in the currency of the authorisation, with amounts in its minor units',
    );
  }
  for (const [name, value] of [
    ['authorisedAmount', order.authorisedAmount],
    [field, amount],
  ] as const) {
    if (value <= 0n)
      return reject(
        'amount_not_positive',
        name,
        `is ${value.toString()}`,
        'send a positive number of minor units',
      );
    if (value > MAX_MINOR_UNITS)
      return reject(
        'amount_too_large',
        name,
        `is above ${MAX_MINOR_UNITS.toString()}`,
        'check the unit: amounts are minor units',
      );
  }
  if (amount > order.authorisedAmount) {
    return reject(
      'amount_above_authorised',
      field,
      `${amount.toString()} is more than the ${order.authorisedAmount.toString()} minor units authorised`,
      'capture at most what was authorised',
    );
  }
  return { amount, currency: order.currency };
}
