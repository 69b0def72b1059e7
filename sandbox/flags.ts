import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { Profile } from './profile.js';
import { profileSchema } from './profile-schema.js';
import { PROFILES } from './profiles.js';
import type { ProviderName } from './provider-names.js';
import { PROVIDER_NAMES, providerNamed } from './provider-names.js';

/** Readers of the command line's values. All throw `InvalidArgumentError`, saying what the value must be. */

export function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

export function profileOf(text: string): Profile {
  if (Object.hasOwn(PROFILES, text)) return PROFILES[text as keyof typeof PROFILES];
  if (!text.trimStart().startsWith('{')) {
    throw new InvalidArgumentError(`It must be ${Object.keys(PROFILES).join(', ')}, or JSON.`);
  }
  const parsed = profileSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`\n${z.prettifyError(parsed.error)}`);
}

export function baseUrlOf(text: string): string {
  if (z.url({ protocol: /^https?$/ }).safeParse(text).success) return text;
  throw new InvalidArgumentError('It must be an http or https URL, such as http://127.0.0.1:8090/notify.');
}

export function speedOf(text: string): number {
  const speed = Number(text);
  if (text.trim() !== '' && Number.isFinite(speed) && speed >= 1) return speed;
  throw new InvalidArgumentError('It must be a number from 1 up: 1000 makes a second of 17 minutes.');
}

export type AccountNames = Readonly<Partial<Record<ProviderName, string>>>;

/** Adds `<provider>=<account>` to those given before. */
export function accountsWith(text: string, before: AccountNames): AccountNames {
  const [name = '', account = '', ...rest] = text.split('=');
  const provider = providerNamed(name);
  if (provider !== null && /^[A-Za-z0-9._-]{1,64}$/.test(account) && rest.length === 0)
    return { ...before, [provider]: account };
  throw new InvalidArgumentError(
    `It must be <provider>=<account>, with a provider of ${PROVIDER_NAMES.join(', ')}.`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It is not JSON.');
  }
}
