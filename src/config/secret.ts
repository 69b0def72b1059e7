import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { ProcessEnvironment } from './environment.js';
import { OWN_PREFIX } from './environment.js';
import { absentOr } from './values.js';

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

export function readSecret(reference: SecretReference, { env, folder }: SecretSource): SecretRead {
  return 'env' in reference ? fromVariable(reference.env, env) : fromFile(resolve(folder, reference.file));
}

function fromVariable(name: string, env: ProcessEnvironment): SecretRead {
  if (name.startsWith(OWN_PREFIX))
    return {
      unreadable: `variables that begin with ${OWN_PREFIX} are settings: give the secret another name`,
    };
  const secret = env[name] ?? '';
  return secret.trim() === ''
    ? { unreadable: `the variable ${name} is not set` }
    : { secret, place: `the variable ${name}` };
}

function fromFile(path: string): SecretRead {
  try {
    const secret = readFileSync(path, 'utf8');
    return secret.trim() === ''
      ? { unreadable: `the file ${path} is empty` }
      : { secret, place: `the file ${path}` };
  } catch (error) {
    return { unreadable: `the file ${path} can't be read: ${whyUnreadable(error)}` };
  }
}

/** Why a file can't be read, in words. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'this user may not read it',
    EISDIR: 'it is a folder',
    ENOTDIR: 'part of its path is not a folder',
  };
  return words[code] ?? code;
}
