import type { Book } from './book.js';

/** An amount to be named instead of the captured one, close to it; the book notes that it was. Null if nothing was captured. */
export function misstatedAmount(
  book: Book,
  paymentId: string,
): { readonly value: bigint; readonly currency: string } | null {
  const entry = book.find(paymentId);
  const [movement] = entry?.movements ?? [];
  if (entry === null || movement === undefined) return null;
  book.misstate(paymentId);
  const { currency } = entry.authorisation;
  // A whole thousand of minor units is an amount of every currency, however few decimals a provider takes.
  return { value: movement.amount + 1000n, currency };
}
