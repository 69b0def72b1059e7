import type { InitializeHook, LoadHook } from 'node:module';
import type { CodeMutant } from '../mutants.js';
import { changed } from '../mutants.js';

/** Hooks of Node's module loader, in a thread of their own: the mutant's module is loaded with its text changed. */
let mutant: CodeMutant | null = null;

export const initialize: InitializeHook<CodeMutant> = (given) => {
  mutant = given;
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const changes = mutant?.changes.filter(({ module }) => url.endsWith(`/dist/${module}`)) ?? [];
  if (changes.length === 0) return loaded;
  const source = Buffer.from((loaded.source ?? '') as string | Uint8Array).toString('utf8');
  return { ...loaded, source: changes.reduce(changed, source) };
};
