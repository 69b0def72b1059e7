import type { Fault } from '../fault.js';
import { CONNECTIONS } from './connections.js';
import { deadlocks } from './deadlocks.js';
import { PARTS_AWAY } from './parts-away.js';
import { PROVIDER_NETWORK } from './provider-network.js';
import { REFUSED_WRITES } from './refused-writes.js';
import { restored } from './restored.js';
import { serialization } from './serialization.js';

/** What goes wrong with the parts that a worker needs, and with the ways to them. */
export const PARTS: readonly Fault[] = [
  ...PARTS_AWAY,
  ...CONNECTIONS,
  deadlocks,
  serialization,
  ...REFUSED_WRITES,
  ...PROVIDER_NETWORK,
  restored,
];
