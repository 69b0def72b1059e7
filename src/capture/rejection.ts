/** What is wrong with a message that can't become a capture: its reason header in the dead-letter topic. */
export const REJECTION_REASONS = [
  'null_value',
  'not_avro_framed',
  'unknown_schema',
  'undecodable',
  'text_missing',
  'text_too_long',
  'text_unprintable',
  'provider_unknown',
  'account_unknown',
  'amount_not_positive',
  'amount_too_large',
  'amount_above_authorised',
  'amount_not_representable',
  'currency_unknown',
  'currency_mismatch',
  'time_out_of_range',
  'references_too_many',
  'reference_missing',
  'reference_invalid',
  'contradicts_claim',
  'refused_by_store',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Why a message is a dead letter: the field, what is wrong with its value, and what to do about it. */
export interface Rejection {
  readonly rejected: RejectionReason;
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
}

export function isRejection(value: object): value is Rejection {
  return 'rejected' in value;
}

export function reject(rejected: RejectionReason, field: string, problem: string, remedy: string): Rejection {
  return { rejected, field, problem, remedy };
}

/** A value in an error text: quoted, and cut so that a hostile one can't flood the log. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
