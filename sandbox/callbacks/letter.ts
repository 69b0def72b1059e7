import type { Word } from '../word.js';

/** A notification that a provider sends, before it is addressed. */
export interface Letter {
  /** Its kind, in the provider's words. */
  readonly about: string;
  readonly says: Word;
  /** Whether it says so itself, or is only a reason to ask. */
  readonly decides: boolean;
  /** The request, made and signed anew for each try. */
  readonly seal: (to: URL) => Sealed | Promise<Sealed>;
}

/** A letter as it leaves. */
export interface Sealed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a merchant replied. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** How a provider sends its notifications. */
export interface PostalRules {
  /** How long it waits before each try, the first one too, in ms. */
  readonly waitsMs: readonly number[];
  /** Whether a reply is the one that the provider wants; with any other the letter comes again. */
  readonly isTaken: (reply: Reply) => boolean;
  /** Whether the provider can be asked what is true, so that a false notification can be found out. */
  readonly canBeAsked: boolean;
}
