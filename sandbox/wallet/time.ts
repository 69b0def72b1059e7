const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,3})?[+-]\d{2}:\d{2}$/;
const BAGHDAD_MS = 3 * 60 * 60 * 1000;

/** Reads a `Request-Time`: ISO 8601 with a numeric offset. `Z` is refused, as the wallet does, and so is a date that doesn't exist. */
export function parseWalletTime(text: string): Date | null {
  const local = WITH_OFFSET.exec(text)?.[1];
  if (local === undefined) return null;
  const at = new Date(text);
  const sameInUtc = new Date(`${local}Z`);
  if (Number.isNaN(at.getTime()) || Number.isNaN(sameInUtc.getTime())) return null;
  // JavaScript takes the 30th of February for a day in March.
  return sameInUtc.toISOString() === `${local}.000Z` ? at : null;
}

/** Writes a time as the wallet does: whole seconds, with the offset of Baghdad, so that readers must mind the offset. */
export function walletTime(at: Date): string {
  return new Date(at.getTime() + BAGHDAD_MS).toISOString().replace(/\.\d{3}Z$/, '+03:00');
}
