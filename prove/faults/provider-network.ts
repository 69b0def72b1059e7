import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../../dev/demo/scene.js';
import type { Fault, Grounds } from '../fault.js';
import type { Gate, GateMode } from '../gate.js';
import type { ProviderGate } from '../provider-gate.js';
import { gateToProviders } from '../provider-gate.js';
import { identitiesFor } from '../tls-identity.js';

/** How long the way to the providers is spoilt, in ms: several times what one call may take. */
const SPOILT_MS = 4_000;

interface Way {
  readonly name: string;
  readonly mode: GateMode;
  readonly how: string;
}

const WAYS: readonly Way[] = [
  {
    name: 'provider-half-open',
    mode: 'half_open',
    how: 'connections to all providers stand, and nothing arrives on either side any more',
  },
  {
    name: 'provider-reset-after-send',
    mode: 'reset_answers',
    how: 'providers get what is sent, and each connection is reset when its answer comes',
  },
  {
    name: 'provider-slow-loris',
    mode: 'trickle',
    how: 'providers get what is sent, and their answers come a byte at a time',
  },
];

const ATTACKS = 'a request whose answer is lost is asked about, and not taken for unsent, nor sent twice';

/** What became of requests is never known while a way is spoilt, whether or not they got through. */
export const PROVIDER_NETWORK: readonly Fault[] = [...WAYS.map(spoiltWay), untrustedProvider()];

function spoiltWay({ name, mode, how }: Way): Fault {
  return throughGate(
    { name, attacks: ATTACKS, how },
    (scene) => gateToProviders(scene),
    async ({ signal }, gate) => {
      gate.set(mode);
      await sleep(SPOILT_MS, undefined, { signal });
      gate.set('open');
    },
  );
}

/** Nothing of a request leaves before the certificate is trusted, so all of them can be sent again at once. */
function untrustedProvider(): Fault {
  const others = new WeakMap<Gate, () => Promise<void>>();
  return throughGate(
    {
      name: 'provider-tls',
      attacks: 'nothing is sent to whom we don’t trust, and what wasn’t sent is sent later',
      how: 'all providers show a certificate of another authority, then their own again',
    },
    async (scene) => {
      const { own, foreign } = await identitiesFor('localhost');
      const between = await gateToProviders(scene, own);
      others.set(between.gate, async () => {
        between.gate.present(foreign.identity);
        await sleep(SPOILT_MS);
        between.gate.present(own.identity);
      });
      return between;
    },
    async (_grounds, gate) => others.get(gate)?.(),
  );
}

/** A fault between the workers and their providers. It must have spoilt something, or it has shown nothing. */
function throughGate(
  told: Pick<Fault, 'name' | 'attacks' | 'how'>,
  open: (scene: Scene) => Promise<ProviderGate>,
  spoil: (grounds: Grounds, gate: Gate) => Promise<void>,
): Fault {
  const gates = new WeakMap<Scene, Gate>();
  return {
    ...told,
    between: async (scene) => {
      const between = await open(scene);
      gates.set(scene, between.gate);
      return between;
    },
    inflict: async (grounds) => {
      const gate = gates.get(grounds.scene);
      if (gate === undefined) throw new Error('there is no gate to the providers');
      await spoil(grounds, gate);
      const ended = grounds.now();
      if (gate.spoilt() === 0) throw new Error('no connection was spoilt');
      return { ended, kills: 0, ran: `${String(gate.spoilt())} connections were spoilt` };
    },
  };
}
