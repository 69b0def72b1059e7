import type { Undone } from './book.js';
import type { CallbackScenario } from './callbacks/callback-scenario.js';
import { draw, drawCallback, drawOutage, drawUndoing } from './draw.js';
import type { ProviderProfile } from './profile.js';
import type { Scenario, Script } from './scenario.js';
import { answersTruly, lastingScenario, scenarioFor } from './scenario.js';
import type { TroubledCalls } from './troubled.js';
import { isTrouble } from './troubled.js';

export interface Scripts {
  /** For calls that move money. */
  readonly capture: Script | null;
  /** For inquiries; `moved` means nothing here. */
  readonly inquiry: Script | null;
}

const NONE: TroubledCalls = { all: 0, troubled: 0 };

/** Decides what each call meets: the script of its payment if there is one, else the profile, else nothing out of the ordinary. */
export class Director {
  readonly #profile: ProviderProfile | null;
  readonly #seed: string;
  #scripts = new Map<string, Scripts>();
  #calls = new Map<string, { capture: number; inquiry: number }>();
  #troubled: TroubledCalls = NONE;

  constructor(options: { readonly profile: ProviderProfile | null; readonly seed: string }) {
    this.#profile = options.profile;
    this.#seed = options.seed;
  }

  assign(paymentId: string, scripts: Scripts): void {
    this.#scripts.set(paymentId, scripts);
  }

  /** The scenario of the next call for a payment. Each question counts as a call. */
  next(endpoint: 'capture' | 'inquiry', paymentId: string): Scenario {
    const scripts = this.#scripts.get(paymentId);
    if (scripts === undefined) return { kind: 'normal' };
    const scenario = this.#scenarioOf(endpoint, paymentId, scripts[endpoint]);
    this.#note(isTrouble(scenario));
    return scenario;
  }

  #scenarioOf(endpoint: 'capture' | 'inquiry', paymentId: string, script: Script | null): Scenario {
    const call = this.#count(endpoint, paymentId);
    if (script !== null) return scenarioFor(script, call);
    if (this.#profile === null) return { kind: 'normal' };
    return draw(this.#profile, { seed: this.#seed, endpoint, paymentId, call });
  }

  /** Whether calls for a payment are answered with the truth some day: only a script without an end can keep them from it. */
  answersTrulyInTheEnd(endpoint: 'capture' | 'inquiry', paymentId: string): boolean {
    const script = this.#scripts.get(paymentId)?.[endpoint] ?? null;
    const lasting = script === null ? null : lastingScenario(script);
    return lasting === null || answersTruly(lasting);
  }

  /** What happens to the notification of a payment's n-th end, if it has no script for that. */
  callback(paymentId: string, end: number): CallbackScenario {
    if (this.#profile === null) return { kind: 'normal' };
    return drawCallback(this.#profile, { seed: this.#seed, paymentId, end });
  }

  /** Whether the money of a payment is given back, and how long after its capture. One with a script of its captures keeps it. */
  undoing(paymentId: string): { readonly is: Undone; readonly afterMs: number } | null {
    const isScripted = (this.#scripts.get(paymentId)?.capture ?? null) !== null;
    if (this.#profile === null || isScripted) return null;
    return drawUndoing(this.#profile, { seed: this.#seed, paymentId });
  }

  /** How the provider is out of order for a call so long after the start; null if it isn't. */
  outage(provider: string, elapsedMs: number): 'http' | 'reset' | null {
    if (this.#profile === null) return null;
    const outage = drawOutage(this.#profile, { seed: this.#seed, provider, elapsedMs });
    if (outage !== null) this.#note(true);
    return outage;
  }

  /** How many calls met trouble so far: those for known payments, and those that an outage kept from being read. */
  troubled(): TroubledCalls {
    return this.#troubled;
  }

  reset(): void {
    this.#scripts = new Map();
    this.#calls = new Map();
    this.#troubled = NONE;
  }

  #note(troubled: boolean): void {
    const { all, troubled: before } = this.#troubled;
    this.#troubled = { all: all + 1, troubled: before + (troubled ? 1 : 0) };
  }

  #count(endpoint: 'capture' | 'inquiry', paymentId: string): number {
    const calls = this.#calls.get(paymentId) ?? { capture: 0, inquiry: 0 };
    this.#calls.set(paymentId, calls);
    calls[endpoint] += 1;
    return calls[endpoint];
  }
}
