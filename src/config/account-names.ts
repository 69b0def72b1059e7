import { resolve } from 'node:path';
import type { ProcessEnvironment } from './environment.js';
import { accountsFileOf } from './environment.js';
import { readTextFile } from './text-file.js';
import { readYaml } from './yaml-file.js';

/** The names in the accounts file, or why there are none to be had. */
export type AccountNames = { readonly names: readonly string[] } | { readonly unreadable: string };

/**
 * Reads the names of the configured accounts and nothing else: who only wants to name one needs neither its keys nor a file without
 * problems. Never throws.
 */
export function accountNames(env: ProcessEnvironment, { cwd }: { readonly cwd: string }): AccountNames {
  const file = accountsFileOf(env);
  if (file === null) return { unreadable: 'CAPTURE_WORKER_ACCOUNTS_FILE names no file' };
  const read = readTextFile(resolve(cwd, file));
  if ('unreadable' in read) return { unreadable: `the accounts file can't be read: ${read.unreadable}` };
  const yaml = readYaml(read.text, file);
  if (yaml.content === undefined)
    return { unreadable: 'the accounts file is no YAML; `capture-worker config check` tells what is wrong' };
  return { names: [...new Set(yaml.entries().map(({ name }) => name))] };
}
