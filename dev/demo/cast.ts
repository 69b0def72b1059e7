import type { Worker } from '../stack/crew.js';
import type { Attended } from './attend.js';
import { attend } from './attend.js';
import type { MessageGateway } from './message-gateway.js';
import { startMessageGateway } from './message-gateway.js';
import type { RunningWorker, Variables } from './programs.js';
import type { Scene } from './scene.js';

/** Everyone who plays in the demo: workers, the two subscribers, and the gateway that takes their messages to customers. */
export interface Cast {
  readonly workers: readonly Attended<RunningWorker>[];
  readonly ledger: Attended;
  readonly messages: Attended;
  readonly gateway: MessageGateway;
  /** Starts again who was killed; throws if one ended by itself. */
  check(): Promise<void>;
  isUp(): boolean;
  /** Stops all in order; throws if one doesn't end well. */
  stop(): Promise<void>;
}

export interface CastOptions {
  readonly workers: number;
  /** Where the first worker takes notifications, also when it is started again; null if it may be anywhere. */
  readonly notifyPort: number | null;
  readonly say: (line: string) => void;
}

/** How long customers aren't told that their payment is open: short, so that the demo shows such messages too. */
const PENDING_AFTER_SECONDS = '1';

export async function startCast(
  scene: Scene,
  { workers: count, notifyPort, say }: CastOptions,
): Promise<Cast> {
  const gateway = await startMessageGateway();
  const [ledger, messages, ...workers] = await Promise.all([
    attend('The ledger', () => scene.startExample('ledger', {}), say),
    attend('The messenger', () => startMessenger(scene, gateway), say),
    ...Array.from({ length: count }, (_, index) =>
      attend(
        count === 1 ? 'The worker' : `Worker ${String(index + 1)}`,
        () => scene.startWorker(index === 0 && notifyPort !== null ? notifyAt(notifyPort) : {}),
        say,
      ),
    ),
  ]);
  const all = [ledger, messages, ...workers];
  return {
    workers,
    ledger,
    messages,
    gateway,
    check: async () => {
      for (const one of all) await one.check();
    },
    isUp: () => all.every((one) => one.isUp()),
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
      await gateway.close();
    },
  };
}

function notifyAt(port: number): Variables {
  return { CAPTURE_WORKER_NOTIFY_PORT: String(port) };
}

/** Starts the service that writes to customers. */
export function startMessenger(scene: Scene, gateway: MessageGateway): Promise<Worker> {
  return scene.startExample('customer-messages', {
    MESSAGE_GATEWAY_URL: gateway.url,
    PENDING_AFTER_SECONDS,
    FAILED_AFTER_SECONDS: '0',
  });
}
