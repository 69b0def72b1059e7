import type { ProviderName } from '../../src/capture/capture.js';
import type { Finding } from '../../src/capture/evidence.js';
import type { Answer, CaptureCall, Heard, InquiryCall, ProviderClient } from '../../src/ports/provider.js';
import type { Draws } from '../draw.js';
import type { Host } from '../host.js';
import { SCALE } from '../plan.js';
import type { Timeline } from '../timeline.js';
import type { Provider } from './provider.js';

/** What the oracle hears of calls. */
export interface CallWitness {
  /** A request leaves for the provider. */
  sent(call: CaptureCall, paymentId: string): void;
  /** Its answer, or that there is none, has come back to whoever sent it. */
  heard(call: CaptureCall): void;
  /** An inquiry was answered so. */
  readonly told: (paymentId: string, finding: Finding) => void;
}

export interface ClientOptions {
  readonly name: ProviderName;
  readonly host: Host;
  readonly provider: Provider;
  readonly timeline: Timeline;
  readonly draws: Draws;
  readonly epochMs: number;
  readonly paymentOf: (captureReference: string) => string;
  readonly witness: CallWitness;
}

/** How long a call waits for a connection, at most, in ms; most wait for next to nothing. */
const CONNECT_MS = 6_000;
/** A usual way to a provider, in ms. */
const WAY_MS = 200;
/** How long a provider takes to answer what it has decided, at most, in ms. */
const WORK_MS = 300;

/** A process's client of a provider: the network is as slow, and as forgetful, as networks are. */
export function createClient(options: ClientOptions): ProviderClient {
  const { name, host, provider, timeline, draws, epochMs, paymentOf, witness } = options;

  function wayMs(what: string): number {
    const luck = draws.number(`${host.name} ${name} ${what}`);
    return luck < 0.9 ? WAY_MS * luck : SCALE.timeout * draws.number(`${host.name} ${name} slow ${what}`);
  }

  /** What arrives within the timeout; else nothing. `act` is done where and when the call arrives, also after its sender has died. */
  function exchange(arriveMs: number, act: () => Finding | null): Promise<Answer> {
    return new Promise((resolve) => {
      let isOver = false;
      const end = (answer: Answer): void => {
        if (isOver) return;
        isOver = true;
        cancel();
        resolve(answer);
      };
      const cancel = host.later(SCALE.timeout, () => {
        end(answerOf({ is: 'unknown' }, 'nothing'));
      });
      timeline.after(arriveMs, () => {
        const finding = act();
        if (finding === null) return;
        timeline.after(WORK_MS * draws.number(`${name} works`), () => {
          const answer = answerOf(finding, finding.is === 'unknown' ? 'noise' : 'word');
          host.later(wayMs('back'), () => {
            end(answer);
          });
        });
      });
    });
  }

  function answerOf(finding: Finding, heard: Heard): Answer {
    return {
      finding,
      heard,
      at: new Date(epochMs + Math.floor(timeline.now)),
      providerCode: finding.is,
      providerMessage: null,
      raw: null,
      httpStatus: 200,
      retryAfterMs: null,
    };
  }

  async function capture(call: CaptureCall): Promise<Answer> {
    const paymentId = paymentOf(call.captureReference);
    const isSlow = draws.chance(`${host.name} ${name} connects slowly`, 0.05);
    await host.clock.sleep(isSlow ? CONNECT_MS * draws.number(`${host.name} ${name} connects`) : 1);
    if (!call.mayWrite()) return answerOf({ is: 'not_sent' }, 'ours');
    if (provider.isUnreachable(paymentId)) return answerOf({ is: 'not_sent' }, 'nothing');
    witness.sent(call, paymentId);
    const untilMs = timeline.now + SCALE.timeout + SCALE.late;
    const { requestId, money } = call;
    const answer = await exchange(wayMs('there'), () =>
      provider.receive({ paymentId, requestId, money, untilMs }),
    );
    witness.heard(call);
    return answer;
  }

  function inquire({ paymentId }: InquiryCall): Promise<Answer> {
    return exchange(wayMs('asks'), () => {
      const finding = provider.show(paymentId);
      witness.told(paymentId, finding);
      return finding;
    });
  }

  return { provider: name, timeoutMs: SCALE.timeout, capture, inquire, close: () => Promise.resolve() };
}
