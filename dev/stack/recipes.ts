import { join } from 'node:path';
import type { Guard } from '../watchdog/guard.js';
import type { Crew, RunAs } from './crew.js';
import type { DataFolder } from './data-folder.js';
import { download } from './download.js';
import { kafkaRecipe } from './kafka.js';
import type { DownloadedPart } from './maven.js';
import type { PartRecipe } from './part.js';
import { postgresRecipe } from './postgres.js';
import type { PartName, ProgressEvent } from './progress.js';
import { registryRecipe } from './registry.js';
import type { StackSettings } from './settings.js';

/** What the parts of one stack are made from. */
export interface Site {
  /** The environment of the user, for Maven. */
  env: NodeJS.ProcessEnv;
  cacheDir: string;
  logDir: string;
  java: string;
  runAs: RunAs | undefined;
  folder: DataFolder;
  settings: StackSettings;
  crew: Crew;
  guard: Guard;
  signal: AbortSignal;
  report: (event: ProgressEvent) => void;
}

export function recipeFor(name: PartName, site: Site): PartRecipe {
  const { java, runAs, folder, crew, settings, report } = site;
  const common = { home: join(folder.path, name), logFile: join(site.logDir, `${name}.log`), report };
  const files = (part: DownloadedPart) => () => download(part, site);
  switch (name) {
    case 'kafka':
      return kafkaRecipe({ ...common, java, clusterId: settings.clusterId, jars: files(name), crew });
    case 'registry':
      return registryRecipe({ ...common, java, instance: settings.clusterId, files: files(name) });
    case 'postgres':
      return postgresRecipe({ ...common, runAs, password: settings.password, kept: folder.kept, crew });
  }
}
