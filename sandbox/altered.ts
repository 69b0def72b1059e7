type Members = Readonly<Record<string, unknown>>;

/** A body with other members: replaced, or removed where they are `null`. Objects within objects are merged if `deep`, else replaced. */
export function alteredBody(body: Members, members: Members, { deep }: { readonly deep: boolean }): Buffer {
  return Buffer.from(JSON.stringify(merged(body, members, deep)));
}

/** The same as a value, for bodies that `JSON.stringify` would spoil. */
export function merged(body: Members, members: Members, deep: boolean): Members {
  const whole = new Map(Object.entries(body));
  for (const [name, value] of Object.entries(members)) {
    const old = whole.get(name);
    if (value === null) whole.delete(name);
    else whole.set(name, deep && isObject(old) && isObject(value) ? merged(old, value, deep) : value);
  }
  return Object.fromEntries(whole);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
