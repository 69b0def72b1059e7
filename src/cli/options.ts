import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number within bounds (inclusive). */
export function wholeNumberOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${String(min)} to ${String(max)}.`);
  };
}
