import type { ProviderProfile } from './profile.js';
import { draw } from './profile.js';
import type { Scenario, Script } from './scenario.js';
import { scenarioFor } from './scenario.js';

export interface Scripts {
  /** For calls that move money. */
  readonly capture: Script | null;
  /** For inquiries; `moved` means nothing here. */
  readonly inquiry: Script | null;
}

/** Decides what each call meets: the script of its payment if there is one, else the profile, else nothing out of the ordinary. */
export class Director {
  readonly #profile: ProviderProfile | null;
  readonly #seed: string;
  #scripts = new Map<string, Scripts>();
  #calls = new Map<string, { capture: number; inquiry: number }>();

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
    const call = this.#count(endpoint, paymentId);
    const script = scripts[endpoint];
    if (script !== null) return scenarioFor(script, call);
    if (this.#profile === null) return { kind: 'normal' };
    return draw(this.#profile, { seed: this.#seed, endpoint, paymentId, call });
  }

  reset(): void {
    this.#scripts = new Map();
    this.#calls = new Map();
  }

  #count(endpoint: 'capture' | 'inquiry', paymentId: string): number {
    const calls = this.#calls.get(paymentId) ?? { capture: 0, inquiry: 0 };
    this.#calls.set(paymentId, calls);
    calls[endpoint] += 1;
    return calls[endpoint];
  }
}
