/**
 * What to tell a customer of a capture.
 *
 * - One message for each final outcome. If it turns out to be wrong, the next message says so: a correction.
 * - That the payment is open is told once, and only to a customer who wasn't told of an outcome before.
 * - An outcome that was told and is open again (a failed capture that an operator has sent anew) is passed over in silence. "We don't
 *   know yet" would take back what may well stay true, and the customer could do nothing with it. What comes of it decides: the same
 *   outcome leaves what they know right, the other one is told as a correction.
 * - The same outcome again, with other details (a failure for another reason), is no news, unless it asks something else of the
 *   customer: one who was told to do nothing and must now pay again hears so, and the other way round. That is a correction too.
 */
export type Outcome = 'pending' | 'succeeded' | 'failed';
export type Kind = Outcome | 'correction_succeeded' | 'correction_failed';
/** What there is to tell: an outcome and, of a failure, whether the customer must pay again. */
export type News = Outcome | 'failed_pay_again';

/** What to say to a customer who was told `told`, null being nothing, now that the news is `news`. Null: nothing. */
export function whatToSay(told: News | null, news: News): Kind | null {
  if (news === told) return null;
  const outcome = news === 'failed_pay_again' ? 'failed' : news;
  switch (told) {
    case null:
    case 'pending':
      return outcome;
    case 'succeeded':
    case 'failed':
    case 'failed_pay_again':
      return outcome === 'pending' ? null : `correction_${outcome}`;
  }
}

/** A capture as its newest event has it, and what its customer was told. */
export interface Told {
  readonly captureId: string;
  readonly sequence: number;
  readonly eventId: string;
  readonly outcome: Outcome;
  readonly orderId: string;
  /** Minor units, in digits. */
  readonly amount: string;
  readonly currency: string;
  /** Null unless the capture failed. */
  readonly newAuthorisationNeeded: boolean | null;
  readonly told: News | null;
}

/** A message as the gateway gets it. */
export interface Message {
  /** The gateway takes each once: the same event never makes two messages. */
  readonly messageId: string;
  readonly captureId: string;
  readonly orderId: string;
  readonly kind: Kind;
  /** Minor units, in digits: a JSON number is exact only up to 2^53. The text leaves the amount to templates that know ISO 4217. */
  readonly amount: string;
  readonly currency: string;
  readonly text: string;
}

/** A message, the event it tells of, and what its customer is told with it. */
export interface Sending {
  readonly eventId: string;
  readonly news: News;
  readonly message: Message;
}

/** The message that a capture's customer is to get now, or null if they know. */
export function messageFor(capture: Told): Sending | null {
  const { captureId, sequence, eventId, outcome, orderId, amount, currency } = capture;
  const news = outcome === 'failed' && capture.newAuthorisationNeeded === true ? 'failed_pay_again' : outcome;
  const kind = whatToSay(capture.told, news);
  if (kind === null) return null;
  const messageId = `${captureId}:${String(sequence)}`;
  const message = { messageId, captureId, orderId, kind, amount, currency, text: textOf(kind, capture) };
  return { eventId, news, message };
}

function textOf(kind: Kind, { orderId, newAuthorisationNeeded, told }: Told): string {
  const remedy =
    newAuthorisationNeeded === true
      ? 'Please pay for it again.'
      : 'You need not do anything: we are looking into it.';
  switch (kind) {
    case 'pending':
      return `The payment for your order ${orderId} takes longer than usual. We will write again once it is through.`;
    case 'succeeded':
      return `The payment for your order ${orderId} went through. Thank you.`;
    case 'failed':
      return `The payment for your order ${orderId} did not go through. You were not charged. ${remedy}`;
    case 'correction_succeeded':
      return `We told you that the payment for your order ${orderId} had failed. That was wrong: it went through. Please don't pay again.`;
    case 'correction_failed':
      switch (told) {
        case 'failed':
          return `We told you that the payment for your order ${orderId} had failed, and that you need not do anything. That was wrong: you must. You were not charged. ${remedy}`;
        case 'failed_pay_again':
          return `We told you that the payment for your order ${orderId} had failed, and asked you for another. That is no longer needed: if you have not paid, please don't. ${remedy}`;
        case null:
        case 'pending':
        case 'succeeded':
          return `We told you that the payment for your order ${orderId} had gone through. That was wrong: you were not charged. ${remedy}`;
      }
  }
}
