import { CaptureWorkerError } from '../../src/errors.js';
import type { LogProducer } from '../../src/ports/log.js';
import type { Draws } from '../draw.js';
import type { Host } from '../host.js';
import type { Broker } from './broker.js';

/** Appends as a process does: an append that fails may have been done in part, or altogether. */
export function createProducer(host: Host, broker: Broker, draws: Draws, troubleShare: number): LogProducer {
  return {
    append: (records) =>
      host.call('append', () => {
        const isCut = draws.chance(`${host.name} append cut`, troubleShare);
        const whole = isCut ? draws.below(`${host.name} append part`, records.length + 1) : records.length;
        for (const record of records.slice(0, whole)) broker.append(record);
        if (isCut) throw new CaptureWorkerError('LOG_UNAVAILABLE', 'the append was not acknowledged');
      }),
  };
}
