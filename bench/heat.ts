import type { Arena } from './arena.js';
import type { RoundResult } from './round.js';
import { playRound } from './round.js';
import type { Heat } from './schedule.js';

/** The rounds of a heat, by contestant, in the order in which they were played. */
export interface HeatResult {
  readonly heat: Heat;
  readonly rounds: ReadonlyMap<string, readonly RoundResult[]>;
}

/** Plays a heat: the contestants take turns, beginning with another one each time, so that none always follows the same. */
export async function playHeat(arena: Arena, heat: Heat, say: (line: string) => void): Promise<HeatResult> {
  const rounds = new Map<string, RoundResult[]>(heat.contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < heat.rounds; round += 1) {
    const turn = heat.contestants.map((_, index, all) => all[(index + round) % all.length]);
    for (const contestant of turn) {
      if (contestant === undefined) continue;
      const result = await playRound(arena, contestant, heat.conditions, heat.times);
      rounds.get(contestant.name)?.push(result);
      say(
        `${heat.title}, round ${String(round + 1)} of ${String(heat.rounds)}: ` +
          `${contestant.name} ${result.rate.toFixed(0)} captures a second`,
      );
    }
  }
  return { heat, rounds };
}
