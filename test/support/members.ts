/** Members of an object but for those that are null: a way to leave out what would be there otherwise. */
export function without<T>(members: Readonly<Record<string, T | null>>): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const [name, value] of Object.entries(members)) if (value !== null) kept[name] = value;
  return kept;
}

/** The members of an object in JSON; none if the text is anything else. */
export function objectIn(text: string): Record<string, unknown> {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The members of a value; none if it is no object. */
export function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
