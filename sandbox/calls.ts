import type { Delivery } from './plan.js';

/** Counts calls by endpoint and by what was answered: a result code, `HTTP 503`, `RESET`, or a code with how its delivery was spoilt. */
export class CallCounts {
  #counts = new Map<string, Map<string, number>>();

  count(endpoint: string, answered: string): void {
    const byAnswer = this.#counts.get(endpoint) ?? new Map<string, number>();
    this.#counts.set(endpoint, byAnswer);
    byAnswer.set(answered, (byAnswer.get(answered) ?? 0) + 1);
  }

  /** Endpoint to answer to number of calls. */
  toJSON(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.#counts].map(([endpoint, byAnswer]) => [endpoint, Object.fromEntries(byAnswer)]),
    );
  }

  reset(): void {
    this.#counts = new Map();
  }
}

/** How a call is counted. */
export function labelOf(code: string, delivery: Delivery): string {
  switch (delivery.is) {
    case 'whole':
      return code;
    case 'unsigned':
    case 'wrong_signature':
    case 'garbage':
    case 'truncated':
      return `${code}, ${delivery.is}`;
    case 'reset':
      return 'RESET';
    case 'http':
      return `HTTP ${delivery.status}`;
  }
}
