import { dirname, resolve } from 'node:path';
import type { AccountConfig, WrittenAccount } from './account/check.js';
import { checkAccount, isKeyed } from './account/check.js';
import type { ProcessEnvironment } from './environment.js';
import { namesAFolder, NOT_SHOWN } from './path-shown.js';
import type { Problem } from './problem.js';
import { sameMerchant } from './same-merchant.js';
import type { SecretSource } from './secret.js';
import { readTextFile } from './text-file.js';
import { defaultOf } from './variables.js';
import type { YamlEntry, YamlFile } from './yaml-file.js';
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
    const isShown = read.isThere || file === defaultOf(FILE_VARIABLE) || namesAFolder(file, cwd);
    const problem = isShown
      ? { place: file, text: `can't be read: ${read.unreadable}` }
      : {
          place: FILE_VARIABLE,
          text: `names no file that exists (${NOT_SHOWN}); relative paths begin in ${cwd}`,
        };
    const hint = read.isThere ? '' : '; accounts.example.yaml shows what belongs in it';
    return { accounts: [], problems: [{ ...problem, text: `${problem.text}${hint}` }] };
  }
  const yaml = readYaml(read.text, file);
  if (yaml.content === undefined) return { accounts: [], problems: yaml.problems };
  const { accounts, problems } = checkAccounts(yaml, { env, folder: dirname(path) });
  return {
    accounts,
    problems: [...yaml.problems, ...problems.filter(({ place }) => !yaml.isUnread(place))],
  };
}

const FILE_VARIABLE = 'CAPTURE_WORKER_ACCOUNTS_FILE';

function checkAccounts(yaml: YamlFile, source: SecretSource): AccountsRead {
  const entries = yaml.entries();
  if (entries.length === 0) {
    const text = 'must map at least one account name to its account; accounts.example.yaml shows how';
    return { accounts: [], problems: [{ place: yaml.placeOf([]), text }] };
  }
  const { written, problems } = writtenIn(entries, source);
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

/**
 * The accounts of a file, each as often as it stands there: that is told of the second, and what is wrong with either. Those below a key of
 * their own, such as `accounts:`, with the problem that this is.
 */
function writtenIn(
  entries: readonly YamlEntry[],
  source: SecretSource,
): { readonly written: readonly WrittenAccount[]; readonly problems: readonly Problem[] } {
  const written: WrittenAccount[] = [];
  const problems: Problem[] = [];
  const add = ({ name, value, placeOf }: YamlEntry): void => {
    written.push({ name, value, source, placeOf });
  };
  for (const entry of entries) {
    if (!holdsAccounts(entry.value)) {
      add(entry);
      continue;
    }
    const text = 'holds accounts: they stand at the top level of the file, without a key above them';
    problems.push({ place: entry.placeOf([]), text });
    for (const account of entry.entries()) add(account);
  }
  return { written, problems };
}

function holdsAccounts(value: unknown): boolean {
  if (!isKeyed(value) || 'provider' in value) return false;
  return Object.values(value).some((inner) => isKeyed(inner) && 'provider' in inner);
}
