import { isLosslessNumber } from 'lossless-json';

/** The members of a notification's data as the texts that are signed. */
export type NotificationMembers = ReadonlyMap<string, string>;

/**
 * The data of a notification as one flat list of texts; null if it has none that could be signed. YabandPay's systems are written in PHP
 * and join what they have as text: a number is its characters, true is 1, false and null are nothing. The members of an object inside,
 * such as that of 3-D Secure, stand among the others; one that would stand there twice makes the whole unreadable.
 */
export function membersOf(data: Readonly<Record<string, unknown>>): NotificationMembers | null {
  const members = new Map<string, string>();
  for (const [name, value] of Object.entries(data)) {
    const texts = isObject(value) ? Object.entries(value) : [[name, value] as const];
    for (const [inner, part] of texts) {
      const text = textOf(part);
      if (text === null || members.has(inner)) return null;
      members.set(inner, text);
    }
  }
  return members;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (isLosslessNumber(value)) return value.value;
  if (value === null || value === false) return '';
  return value === true ? '1' : null;
}
