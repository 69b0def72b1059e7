import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessEnvironment, Reading } from '../../src/config/environment.js';
import { readEnvironment } from '../../src/config/environment.js';
import { createAuthority } from './certificates.js';

/** A folder with the files that settings of connections name. */
export interface SettingsFolder {
  readonly path: string;
  /** Some lines of each private key, to search for where they must not be. */
  readonly secret: RegExp;
  write(name: string, content: string): void;
  remove(): void;
}

export async function settingsFolder(more: Readonly<Record<string, string>> = {}): Promise<SettingsFolder> {
  const path = mkdtempSync(join(tmpdir(), 'settings-test-'));
  const authority = await createAuthority('ours');
  const [client, other] = await Promise.all([authority.issue(), authority.issue()]);
  const files = {
    'ca.pem': `An authority:\n${authority.certificate}`,
    'client.pem': client.certificate + authority.certificate,
    'client.key': client.key,
    'other.key': other.key,
    'encrypted.key': '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n',
    'damaged.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    empty: '',
    secret: 'hunter2 \n',
    lines: 'hunter2\nhunter3\n',
    ...more,
  };
  const write = (name: string, content: string): void => {
    writeFileSync(join(path, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return {
    path,
    secret: /MII|hunter/,
    write,
    remove: () => {
      rmSync(path, { recursive: true });
    },
  };
}

/** Reads a family of settings, and what is wrong with them as `place: text`. */
export function readFamily<Settings>(
  env: ProcessEnvironment,
  read: (reading: Reading) => Settings,
): { readonly settings: Settings; readonly problems: readonly string[] } {
  const reading = readEnvironment(env, []);
  const settings = read(reading);
  return { settings, problems: reading.problems.map(({ place, text }) => `${place}: ${text}`) };
}
