import { join } from 'node:path';
import type { Crew, RunAs } from '../../dev/stack/crew.js';
import { createCrew } from '../../dev/stack/crew.js';
import { openDataFolder } from '../../dev/stack/data-folder.js';
import { createPart } from '../../dev/stack/part.js';
import type { PartRecipe } from '../../dev/stack/part.js';
import { postgresUser } from '../../dev/stack/run-as.js';
import type { Guard } from '../../dev/watchdog/guard.js';
import { startGuard } from '../../dev/watchdog/guard.js';

/** A part that one test file has to itself, beside those that all share. */
export interface OwnPart {
  readonly ports: readonly number[];
  readonly stop: () => Promise<void>;
}

/** What a recipe is made with. */
export interface OwnSite {
  readonly home: string;
  readonly logFile: string;
  readonly crew: Crew;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  /** Whom PostgreSQL runs as. */
  readonly runAs: RunAs | undefined;
  readonly report: () => void;
}

/** Starts a part as the recipe says, in a temporary folder. It ends with this process, however that ends. */
export async function startOwnPart(recipeFor: (site: OwnSite) => PartRecipe): Promise<OwnPart> {
  const guard = await startGuard();
  const crew = createCrew(guard);
  const runAs = await postgresUser();
  const folder = await openDataFolder({ keepIn: undefined, runAs, guard });
  const { signal } = new AbortController();
  const report = (): void => undefined;
  const stop = async (): Promise<void> => {
    await crew.disband();
    await folder.release();
    await guard.close();
  };
  const part = createPart(
    recipeFor({
      home: join(folder.path, 'part'),
      logFile: join(folder.path, 'log'),
      crew,
      guard,
      signal,
      runAs,
      report,
    }),
    { crew, preferredPorts: undefined, fixedPort: undefined, signal, report, onUnexpectedEnd: report },
  );
  try {
    await part.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports: part.ports(), stop };
}
