import type { Keyed } from './backlog.js';
import type { Conditions, Contestant } from './contestant.js';
import { captureWorker } from './contestants/capture-worker.js';
import { limit } from './contestants/limit.js';
import { fixed } from './provider/latency.js';
import type { Times } from './round.js';

/** Some contestants under the same conditions, one after the other, as often as `rounds` says. */
export interface Heat {
  readonly title: string;
  readonly conditions: Conditions;
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  readonly times: Times;
}

export interface Field {
  readonly naive: Contestant;
  readonly parallelConsumer: Contestant;
  readonly parallelConsumerTuned: Contestant;
}

const QUICK: Times = { warmUpMs: 5_000, measuredMs: 6_000 };
const FULL: Times = { warmUpMs: 12_000, measuredMs: 15_000 };

/** Two hundred milliseconds, which the figures to reach are for. */
const USUAL = fixed(200);
const SPREAD = { minMs: 100, maxMs: 2_000 };

/**
 * All heats of a run. The ratios that the benchmark is for come from heats of several rounds, in which the contestants take turns, so that
 * a machine that becomes slower or faster meanwhile does so for all of them.
 */
export function heatsOf(
  quick: boolean,
  { naive, parallelConsumer, parallelConsumerTuned }: Field,
): readonly Heat[] {
  const times = quick ? QUICK : FULL;
  const rounds = quick ? 2 : 5;
  const heat = (
    title: string,
    conditions: Conditions,
    contestants: readonly Contestant[],
    of: number = rounds,
  ): Heat => ({ title, conditions, contestants, rounds: of, times });
  const at = (inFlight: number, latency = USUAL, keyed: Keyed = 'distinct'): Conditions => ({
    inFlight,
    latency,
    keyed,
  });
  const main = [limit, captureWorker, parallelConsumerTuned];
  const all = [...main, parallelConsumer];
  const few = quick ? 1 : 2;
  return [
    heat('200 ms, 500 in flight', at(500), main),
    heat('200 ms, 1,000 in flight', at(1_000), main),
    heat('200 ms, as documented', at(500), [naive, parallelConsumer], few),
    heat('100 ms to 2 s, 2,000 in flight', at(2_000, SPREAD), [limit, captureWorker], few),
    heat('no latency, 500 in flight', at(500, fixed(0)), [limit, captureWorker], few),
    heat('200 ms, 500 in flight, skewed keys', at(500, USUAL, 'zipf'), [captureWorker], few),
    ...(quick
      ? []
      : [
          heat('200 ms, 1,000 in flight, as documented', at(1_000), [parallelConsumer], few),
          heat('no latency, 1,000 in flight', at(1_000, fixed(0)), all, few),
          heat(
            'no latency, 500 in flight, peers',
            at(500, fixed(0)),
            [parallelConsumer, parallelConsumerTuned],
            few,
          ),
          heat(
            '100 ms to 2 s, 2,000 in flight, peers',
            at(2_000, SPREAD),
            [parallelConsumer, parallelConsumerTuned],
            few,
          ),
          heat('200 ms, 1,000 in flight, skewed keys', at(1_000, USUAL, 'zipf'), all, few),
          heat(
            '200 ms, 500 in flight, skewed keys, peers',
            at(500, USUAL, 'zipf'),
            [parallelConsumer, parallelConsumerTuned],
            few,
          ),
        ]),
  ];
}
