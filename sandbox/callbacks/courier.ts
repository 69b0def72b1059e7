import type { Authorisation } from '../book.js';
import type { ProviderName } from '../provider-names.js';
import type { Timers } from '../timers.js';
import type { Word } from '../word.js';
import type { Addresses, OwnAddress } from './addresses.js';
import type { CallbackScenario } from './callback-scenario.js';
import { tellingsOf } from './callback-scenario.js';
import type { Letter, PostalRules } from './letter.js';
import type { Postman } from './postman.js';

/** What has become of a letter. `withheld`: a script keeps it back for ever. */
export type LetterState = 'waiting' | 'delivered' | 'given_up' | 'withheld';

/** A letter as the book shows it. */
export interface SentLetter {
  readonly about: string;
  readonly says: Word;
  readonly decides: boolean;
  /** How often it has been sent. */
  readonly tries: number;
  readonly state: LetterState;
}

/** How many letters there are, and how often any was sent. */
export interface LetterTotals {
  readonly letters: number;
  readonly tries: number;
  readonly delivered: number;
  readonly givenUp: number;
}

type OpenLetter = { -readonly [Member in keyof SentLetter]: SentLetter[Member] };

/** What a payment's own entry says of its notifications. */
export interface Wishes {
  readonly address: OwnAddress;
  /** What happens to them; null leaves it to the profile. */
  readonly scenario: CallbackScenario | null;
}

const NONE: LetterTotals = { letters: 0, tries: 0, delivered: 0, givenUp: 0 };
const NO_WISHES: Wishes = { address: {}, scenario: null };

export interface CourierParts {
  readonly provider: ProviderName;
  readonly rules: PostalRules;
  readonly addresses: Addresses;
  readonly postman: Pick<Postman, 'carry'>;
  readonly timers: Pick<Timers, 'after'>;
  /** By how much the waits between tries are shortened: 1 keeps them as they are. */
  readonly speed: number;
  /** What the profile has for a payment's n-th notified end. */
  readonly draw: (paymentId: string, end: number) => CallbackScenario;
}

/** Sends a provider's notifications, again and again by its schedule until one gets the reply that the provider wants. */
export class Courier {
  readonly #parts: CourierParts;
  #wishes = new Map<string, Wishes>();
  #letters = new Map<string, OpenLetter[]>();
  #ends = new Map<string, number>();
  #totals: { -readonly [Name in keyof LetterTotals]: number } = { ...NONE };

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  assign(paymentId: string, wishes: Wishes): void {
    this.#wishes.set(paymentId, wishes);
  }

  /** Why a scenario can't be played by this provider; null if it can. */
  problemOf({ kind }: CallbackScenario): string | null {
    const { provider, rules } = this.#parts;
    if (kind !== 'contradicting' || rules.canBeAsked) return null;
    return `${provider} can't be asked what is true, so its notifications can't contradict it`;
  }

  /**
   * Tells a merchant that a payment's capture came to its end, as the payment's script or the profile says. `write` words it. Nothing is
   * sent, and nothing noted, where nobody asked for notifications.
   */
  tellEnd(payment: Payment, says: 'captured' | 'failed', write: (says: Word) => readonly Letter[]): void {
    const to = this.#addressOf(payment);
    if (to === null) return;
    const { paymentId } = payment;
    const scenario = this.#scenarioOf(paymentId);
    if (scenario.kind === 'none') {
      for (const letter of write(says)) this.#note(paymentId, letter).state = 'withheld';
    }
    for (const telling of tellingsOf(says, scenario)) {
      for (const letter of write(telling.says)) this.#send(to, paymentId, letter, telling.afterMs);
    }
  }

  /** Tells anything else, plainly. */
  tell(payment: Payment, letters: readonly Letter[]): void {
    const to = this.#addressOf(payment);
    if (to === null) return;
    for (const letter of letters) this.#send(to, payment.paymentId, letter, 0);
  }

  /** The letters about a payment, in the order in which they were written. */
  lettersOf(paymentId: string): readonly SentLetter[] {
    return this.#letters.get(paymentId) ?? [];
  }

  /** Whether the end of a payment's capture will be told, once it comes. */
  willTell(payment: Payment): boolean {
    const wished = this.#wishes.get(payment.paymentId)?.scenario?.kind;
    return this.#addressOf(payment) !== null && wished !== 'none';
  }

  /** Running totals: reading them costs nothing. */
  totals(): LetterTotals {
    return this.#totals;
  }

  reset(): void {
    this.#wishes = new Map();
    this.#letters = new Map();
    this.#ends = new Map();
    this.#totals = { ...NONE };
  }

  #addressOf({ paymentId, merchant }: Payment): URL | null {
    const { address } = this.#wishes.get(paymentId) ?? NO_WISHES;
    return this.#parts.addresses.of(this.#parts.provider, merchant, address);
  }

  #scenarioOf(paymentId: string): CallbackScenario {
    const end = (this.#ends.get(paymentId) ?? 0) + 1;
    this.#ends.set(paymentId, end);
    return this.#wishes.get(paymentId)?.scenario ?? this.#parts.draw(paymentId, end);
  }

  #note(paymentId: string, { about, says, decides }: Letter): OpenLetter {
    const open: OpenLetter = { about, says, decides, tries: 0, state: 'waiting' };
    const all = this.#letters.get(paymentId) ?? [];
    all.push(open);
    this.#letters.set(paymentId, all);
    this.#totals.letters += 1;
    return open;
  }

  #send(to: URL, paymentId: string, letter: Letter, afterMs: number): void {
    const noted = this.#note(paymentId, letter);
    this.#parts.timers.after(afterMs, () => {
      this.#try(to, letter, noted);
    });
  }

  /** Puts the next try off by its wait, or gives up after the last one. */
  #try(to: URL, letter: Letter, noted: OpenLetter): void {
    const { rules, timers, speed } = this.#parts;
    const waitMs = rules.waitsMs[noted.tries];
    if (waitMs === undefined) {
      noted.state = 'given_up';
      this.#totals.givenUp += 1;
      return;
    }
    timers.after(waitMs / speed, () => {
      void this.#deliver(to, letter, noted);
    });
  }

  async #deliver(to: URL, letter: Letter, noted: OpenLetter): Promise<void> {
    const letters = this.#letters;
    noted.tries += 1;
    this.#totals.tries += 1;
    const reply = await this.#parts.postman.carry(to, await letter.seal(to));
    // Of a sandbox that was reset meanwhile, nothing is sent again.
    if (letters !== this.#letters) return;
    if (reply !== null && this.#parts.rules.isTaken(reply)) {
      noted.state = 'delivered';
      this.#totals.delivered += 1;
    } else this.#try(to, letter, noted);
  }
}

type Payment = Pick<Authorisation, 'paymentId' | 'merchant'>;
