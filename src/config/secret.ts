import { resolve } from 'node:path';
import { z } from 'zod';
import type { ProcessEnvironment } from './environment.js';
import { OWN_PREFIX } from './environment.js';
import { namesAFolder, NOT_SHOWN } from './path-shown.js';
import { absentOr } from './reader.js';
import { readTextFile } from './text-file.js';

/** Where a secret is kept: never in the accounts file itself, which is read by people and kept in version control. */
export type SecretReference = { readonly file: string } | { readonly env: string };

const HOW = '{ file: path } or { env: NAME }';

export const secretReference: z.ZodType<SecretReference> = z.union(
  [z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })],
  { error: absentOr(`must be ${HOW} and nothing else; the key itself never stands here`) },
);

/** The secret's text and the place for people, or why it can't be had. The reason names the place, never the content. */
export type SecretRead =
  { readonly secret: string; readonly place: string } | { readonly unreadable: string };

export interface SecretSource {
  readonly env: ProcessEnvironment;
  /** The folder that file references are relative to. */
  readonly folder: string;
}

/**
 * Reads a secret. What was written in the place of a path or a name could be the secret itself, so where it leads to nothing it is only
 * shown if it looks like one: a path whose folder exists, the root apart; a name of capitals with an underscore.
 */
export function readSecret(reference: SecretReference, { env, folder }: SecretSource): SecretRead {
  return 'env' in reference ? fromVariable(reference.env, env) : fromFile(reference.file, folder);
}

function fromVariable(name: string, env: ProcessEnvironment): SecretRead {
  if (name.startsWith(OWN_PREFIX))
    return {
      unreadable: `variables that begin with ${OWN_PREFIX} are settings: give the secret another name`,
    };
  const isThere = Object.hasOwn(env, name);
  const secret = (isThere ? env[name] : undefined) ?? '';
  if (secret.trim() !== '') return { secret, place: `the variable ${name}` };
  return isThere || /^[A-Z][A-Z0-9]*_[A-Z0-9_]*$/.test(name)
    ? { unreadable: `the variable ${name} is not set` }
    : { unreadable: `names no variable that is set (${NOT_SHOWN})` };
}

function fromFile(written: string, folder: string): SecretRead {
  const path = resolve(folder, written);
  const read = readTextFile(path);
  if ('unreadable' in read) {
    if (read.isThere || namesAFolder(written, folder))
      return { unreadable: `the file ${path} can't be read: ${read.unreadable}` };
    return { unreadable: `names no file that exists (${NOT_SHOWN}); relative paths begin in ${folder}` };
  }
  return read.text.trim() === ''
    ? { unreadable: `the file ${path} is empty` }
    : { secret: read.text, place: `the file ${path}` };
}
