import { parseJsonText, textOf } from '../json.js';

/**
 * JSON whose numbers keep the text they were written in. `JSON.parse` turns them into floats, so that 100.10 and 100.1 become the same and
 * 0.1 becomes what a float makes of it; an amount must not.
 */
export interface Document {
  readonly value: unknown;
  /** The same value with every number replaced by its text. */
  readonly literals: unknown;
}

/** `null` if the bytes are no JSON in UTF-8, or have a member twice. */
export function readDocument(body: Uint8Array): Document | null {
  const text = textOf(body);
  const value = text === null ? undefined : parseJsonText(text);
  return text === null || value === undefined ? null : { value, literals: parseJsonText(quoteNumbers(text)) };
}

/** In JSON, what begins with a digit or a minus outside of a string is a number. */
function quoteNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

/** A number that is written exactly so. */
export class ExactNumber {
  readonly #literal: string;

  constructor(literal: string) {
    this.#literal = literal;
  }

  toString(): string {
    return this.#literal;
  }
}

/** `JSON.stringify` for plain values, but that an `ExactNumber` keeps its text. */
export function writeJson(value: unknown): string {
  if (value instanceof ExactNumber) return value.toString();
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`,
    );
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
