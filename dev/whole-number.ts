import { InvalidArgumentError } from 'commander';

/** Reads an option or an argument that counts something: from 1 to a million. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1_000_000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000000.');
  return number;
}
