import type { FastifyInstance } from 'fastify';
import { deliver, jsonParcel } from './delivery.js';
import type { Delivery } from './plan.js';
import type { Simulator } from './simulator.js';

/** Lets no call through to a provider while it is out of order: nothing is read, nothing executed. `elapsedMs` counts from the start. */
export function guardAgainstOutages(
  app: FastifyInstance,
  { name, common: { director, calls } }: Pick<Simulator, 'name' | 'common'>,
  elapsedMs: () => number,
): void {
  app.addHook('onRequest', async (_request, reply) => {
    const outage = director.outage(name, elapsedMs());
    if (outage === null) return;
    calls.count('outage', outage === 'http' ? 'HTTP 503' : 'RESET');
    const delivery: Delivery = outage === 'http' ? { is: 'http', status: 503 } : { is: 'reset' };
    await deliver(reply, new Uint8Array(), delivery, jsonParcel);
    return reply;
  });
}
