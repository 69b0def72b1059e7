/**
 * What to tell a customer of a capture.
 *
 * - One message for each final outcome. If it turns out to be wrong, the next message says so: a correction.
 * - That the payment is open is told once, and only to a customer who wasn't told of an outcome before.
 * - An outcome that was told and is open again (a failed capture that an operator has sent anew) is passed over in silence. "We don't
 *   know yet" would take back what may well stay true, and the customer could do nothing with it. What comes of it decides: the same
 *   outcome leaves what they know right, the other one is told as a correction.
 * - The same outcome again, with other details (a failure for another reason), is no news either.
 */
export type Outcome = 'pending' | 'succeeded' | 'failed';
export type Kind = Outcome | 'correction_succeeded' | 'correction_failed';

/** What to say to a customer who was told `told`, null being nothing, now that the outcome is `outcome`. Null: nothing. */
export function whatToSay(told: Outcome | null, outcome: Outcome): Kind | null {
  if (outcome === told) return null;
  switch (told) {
    case null:
    case 'pending':
      return outcome;
    case 'succeeded':
    case 'failed':
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
  readonly told: Outcome | null;
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
  readonly outcome: Outcome;
  readonly message: Message;
}

/** The message that a capture's customer is to get now, or null if they know. */
export function messageFor(capture: Told): Sending | null {
  const { captureId, sequence, eventId, outcome, orderId, amount, currency } = capture;
  const kind = whatToSay(capture.told, outcome);
  if (kind === null) return null;
  const messageId = `${captureId}:${String(sequence)}`;
  const message = { messageId, captureId, orderId, kind, amount, currency, text: textOf(kind, capture) };
  return { eventId, outcome, message };
}

function textOf(kind: Kind, { orderId, newAuthorisationNeeded }: Told): string {
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
      return `We told you that the payment for your order ${orderId} had gone through. That was wrong: you were not charged. ${remedy}`;
  }
}
