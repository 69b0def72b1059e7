import { register } from 'node:module';
import type { Edit } from './edit.js';
import type { HookData } from './hooks.js';

const dist = new URL('../../', import.meta.url);

/** Has this process load these modules with the edits made. To be called before they are loaded: by a program that `node --import` names. */
export function registerEdits(edits: readonly Edit[]): void {
  register<HookData>('./hooks.js', import.meta.url, {
    data: { edits: edits.map((edit) => ({ ...edit, url: new URL(edit.module, dist).href })) },
  });
}
