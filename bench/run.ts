import type { ProgressListener } from '../dev/stack/progress.js';
import { measureAddedLatency } from './added-latency.js';
import { openArena } from './arena.js';
import { naive } from './contestants/naive.js';
import {
  parallelConsumer,
  parallelConsumerTuned,
  prepareParallelConsumer,
} from './contestants/parallel-consumer.js';
import type { HeatResult } from './heat.js';
import { playHeat } from './heat.js';
import { measureIdle } from './idle.js';
import { describeMachine } from './machine.js';
import type { Results } from './results.js';
import type { Scenario, ScenarioResults } from './scenarios.js';
import { playScenarios, preparedFor, SCENARIOS } from './scenarios.js';
import { heatsOf } from './schedule.js';

export interface RunOptions {
  readonly quick: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: ProgressListener;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const BACKLOG = { quick: 100_000, full: 200_000 };
const IDLE_MS = { quick: 20_000, full: 60_000 };
const LATENCY_MS = { quick: 20_000, full: 60_000 };

/** Everything that `npm run bench` measures, one after the other. */
export async function runBenchmark({ quick, env, progress, say, signal }: RunOptions): Promise<Results> {
  const begun = performance.now();
  const form = quick ? 'quick' : 'full';
  const arena = await openArena({
    env,
    progress,
    say,
    backlog: BACKLOG[form],
    filled: ['distinct', 'zipf'],
    prepared: BACKLOG[form],
    signal,
  });
  try {
    await prepareParallelConsumer(arena, say);
    say('measuring the idle worker');
    const idle = await measureIdle(arena, IDLE_MS[form]);
    say('measuring what the worker adds to the latency');
    const addedLatency = await measureAddedLatency(arena, LATENCY_MS[form]);
    const heats: HeatResult[] = [];
    for (const heat of heatsOf(quick, { naive, parallelConsumer, parallelConsumerTuned }))
      heats.push(await playHeat(arena, heat, say));
    return {
      machine: await describeMachine(),
      durability: arena.databases.durability,
      quick,
      backlog: BACKLOG[form],
      heats,
      addedLatency,
      idle,
      scenarios: quick ? {} : await playScenarios(arena, SCENARIOS, form, say),
      seconds: (performance.now() - begun) / 1_000,
    };
  } finally {
    await arena.close();
  }
}

/** Some of the measurements that aren't heats, and nothing else. */
export async function runScenarios(
  names: readonly Scenario[],
  { quick, env, progress, say, signal }: RunOptions,
): Promise<ScenarioResults> {
  const form = quick ? 'quick' : 'full';
  const arena = await openArena({ env, progress, say, ...preparedFor(names, form), signal });
  try {
    return await playScenarios(arena, names, form, say);
  } finally {
    await arena.close();
  }
}
