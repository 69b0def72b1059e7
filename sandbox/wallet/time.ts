const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?[+-]\d{2}:\d{2}$/;
const BAGHDAD_MS = 3 * 60 * 60 * 1000;

/** Reads a `Request-Time`: ISO 8601 with a numeric offset. `Z` is refused, as the wallet does, and so is a date that doesn't exist. */
export function parseWalletTime(text: string): Date | null {
  if (!WITH_OFFSET.test(text)) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** Writes a time as the wallet does: whole seconds, with the offset of Baghdad, so that readers must mind the offset. */
export function walletTime(at: Date): string {
  return new Date(at.getTime() + BAGHDAD_MS).toISOString().replace(/\.\d{3}Z$/, '+03:00');
}
