import type { Arena, ArenaOptions } from './arena.js';
import type { Form } from './form.js';
import type { GrowthResult } from './growth.js';
import { measureGrowth } from './growth.js';
import type { IsolationResult } from './isolation.js';
import { measureIsolation } from './isolation.js';
import type { MemoryResult } from './memory.js';
import { measureMemory } from './memory.js';
import type { ScaleResult } from './scale.js';
import { measureScale } from './scale.js';
import type { SoakResult } from './soak.js';
import { measureSoak } from './soak.js';

/** The measurements that aren't heats: the full form takes them all, `--only` some. */
export const SCENARIOS = ['growth', 'memory', 'soak', 'isolation', 'scale'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What was measured of them. */
export interface ScenarioResults {
  readonly growth?: GrowthResult;
  readonly memory?: MemoryResult;
  readonly soak?: SoakResult;
  readonly isolation?: IsolationResult;
  readonly scale?: ScaleResult;
}

/** Enough for the longest round of growth. */
const BACKLOG: Readonly<Record<Form, number>> = { quick: 50_000, full: 120_000 };

/** What must be prepared for these alone; most make their own topics and have answers signed as they go. */
export function preparedFor(
  names: readonly Scenario[],
  form: Form,
): Pick<ArenaOptions, 'backlog' | 'filled' | 'prepared'> {
  return names.includes('growth')
    ? { backlog: BACKLOG[form], filled: ['distinct'], prepared: BACKLOG[form] }
    : { backlog: 0, filled: [], prepared: 0 };
}

/** In the order in which they stand above, whatever order they were asked for in. */
export async function playScenarios(
  arena: Arena,
  names: readonly Scenario[],
  form: Form,
  say: (line: string) => void,
): Promise<ScenarioResults> {
  let results: ScenarioResults = {};
  for (const name of SCENARIOS)
    if (names.includes(name)) results = { ...results, ...(await play(arena, name, form, say)) };
  return results;
}

async function play(
  arena: Arena,
  name: Scenario,
  form: Form,
  say: (line: string) => void,
): Promise<ScenarioResults> {
  switch (name) {
    case 'growth':
      return { growth: await measureGrowth(arena, form, say) };
    case 'memory':
      return { memory: await measureMemory(arena, form, say) };
    case 'soak':
      return { soak: await measureSoak(arena, form, say) };
    case 'isolation':
      return { isolation: await measureIsolation(arena, form, say) };
    case 'scale':
      return { scale: await measureScale(arena, form, say) };
  }
}
