import { dirname, resolve } from 'node:path';
import type { AccountConfig, WrittenAccount } from './account/check.js';
import { checkAccount, isKeyed } from './account/check.js';
import type { ProcessEnvironment } from './environment.js';
import type { Problem } from './problem.js';
import { sameMerchant } from './same-merchant.js';
import type { SecretSource } from './secret.js';
import { readTextFile } from './text-file.js';
import type { YamlFile } from './yaml-file.js';
import { readYaml } from './yaml-file.js';

export type { AccountConfig } from './account/check.js';
export { ACCOUNT_KEYS } from './account/check.js';

export interface AccountsRead {
  readonly accounts: readonly AccountConfig[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the accounts file and every key that it refers to. Collects every problem, each with its file, line and key; only where YAML itself
 * can't be made out, that alone. `file` is the path as configured: it is what people know the file by.
 */
export function loadAccounts(
  file: string,
  { cwd, env }: { readonly cwd: string; readonly env: ProcessEnvironment },
): AccountsRead {
  const path = resolve(cwd, file);
  const read = readTextFile(path);
  if ('unreadable' in read) {
    const hint = read.isThere ? '' : '; accounts.example.yaml shows what belongs in it';
    return { accounts: [], problems: [{ place: file, text: `can't be read: ${read.unreadable}${hint}` }] };
  }
  const yaml = readYaml(read.text, file);
  if (yaml.content === undefined) return { accounts: [], problems: yaml.problems };
  const { accounts, problems } = checkAccounts(yaml, { env, folder: dirname(path) });
  return {
    accounts,
    problems: [...yaml.problems, ...problems.filter(({ place }) => !yaml.isUnread(place))],
  };
}

function checkAccounts(yaml: YamlFile, source: SecretSource): AccountsRead {
  if (!isKeyed(yaml.content) || Object.keys(yaml.content).length === 0) {
    const text = 'must map at least one account name to its account; accounts.example.yaml shows how';
    return { accounts: [], problems: [{ place: yaml.placeOf([]), text }] };
  }
  const { written, problems } = writtenIn(yaml.content, yaml, source);
  const checked = written.map((one) => ({ ...one, ...checkAccount(one) }));
  const seen = checked.map(({ name, provider, keys, placeOf }) => ({
    name,
    provider,
    keys,
    placeOf: (key: string) => placeOf([key]),
  }));
  return {
    accounts: checked.flatMap(({ account }) => account ?? []),
    problems: [...problems, ...checked.flatMap((one) => one.problems), ...sameMerchant(seen)],
  };
}

/** The accounts of a file; those below a key of their own, such as `accounts:`, with the problem that this is. */
function writtenIn(
  content: Readonly<Record<string, unknown>>,
  yaml: YamlFile,
  source: SecretSource,
): { readonly written: readonly WrittenAccount[]; readonly problems: readonly Problem[] } {
  const written: WrittenAccount[] = [];
  const problems: Problem[] = [];
  const add = (path: readonly string[], name: string, value: unknown): void => {
    written.push({ name, value, source, placeOf: (keys) => yaml.placeOf([...path, name, ...keys]) });
  };
  for (const [name, value] of Object.entries(content)) {
    if (!holdsAccounts(value)) {
      add([], name, value);
      continue;
    }
    const text = 'holds accounts: they stand at the top level of the file, without a key above them';
    problems.push({ place: yaml.placeOf([name]), text });
    for (const [inner, account] of Object.entries(value)) add([name], inner, account);
  }
  return { written, problems };
}

function holdsAccounts(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isKeyed(value) || 'provider' in value) return false;
  return Object.values(value).some((inner) => isKeyed(inner) && 'provider' in inner);
}
