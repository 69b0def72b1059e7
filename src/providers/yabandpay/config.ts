import type { ConnectionConfig } from '../connection.js';
import { connectionProblems, isPlain, refuseProblems } from '../connection.js';

/** What the rules of an account need of it. */
export interface YabandpayTerms {
  /** Where YabandPay tells of changes of a trade. Sent with every capture, which requires it. */
  readonly notifyUrl: string;
}

/** One account at YabandPay, as its client needs it. */
export interface YabandpayAccountConfig extends ConnectionConfig, YabandpayTerms {
  /** The UID of the cashier account that captures. Text, although it is digits: it can begin with a zero. */
  readonly user: string;
  /** What requests are signed with. Never part of an error's text. */
  readonly secretKey: string;
}

/** Throws CONFIG_INVALID, naming everything that is wrong with the account at once. */
export function assertUsable(config: YabandpayAccountConfig): void {
  refuseProblems(problemsOf(config));
}

function* problemsOf(config: YabandpayAccountConfig): Generator<string> {
  yield* connectionProblems(config);
  if (!isSignable(config.user)) yield 'user must be printable ASCII without blanks, & and =';
  if (!isPlain(config.secretKey)) yield 'secretKey must be printable ASCII without blanks or line ends';
  yield* termsProblems(config);
}

/** What is wrong with what the rules need. */
export function* termsProblems({ notifyUrl }: YabandpayTerms): Generator<string> {
  if (!isSignable(notifyUrl) || !/^https?:\/\/[^/]/i.test(notifyUrl) || !URL.canParse(notifyUrl)) {
    yield 'notifyUrl must be an http(s) URL in printable ASCII without blanks, & and =, so with no query of names and values';
  }
}

/** `&` and `=` part the members of what is signed, where they are written bare: a value must not look like a member. */
export function isSignable(text: string): boolean {
  return isPlain(text) && !/[&=]/.test(text);
}
