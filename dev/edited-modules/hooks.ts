import type { InitializeHook, LoadHook } from 'node:module';
import { edited } from './edit.js';
import type { Edit } from './edit.js';

/** Set once, before anything is loaded. */
let edits: readonly (Edit & { readonly url: string })[] = [];

export interface HookData {
  readonly edits: readonly (Edit & { readonly url: string })[];
}

export const initialize: InitializeHook<HookData> = (data) => {
  ({ edits } = data);
};

/** Makes the edits of a module as it is loaded. A process whose edit can't be made doesn't start. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const own = edits.filter((edit) => edit.url === url);
  if (own.length === 0) return loaded;
  const source = Buffer.from(loaded.source as Uint8Array).toString();
  return { ...loaded, source: own.reduce(edited, source) };
};
