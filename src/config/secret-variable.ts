import type { Reading } from './environment.js';
import { readSecret } from './secret.js';
import type { VariableName } from './variables.js';

/** The variables that hold a file's path. */
export type FileVariable = Extract<VariableName, `${string}_FILE`>;

/** The secrets that are given either as they are or as a file: `NAME` or `NAME_FILE`. */
export type SecretVariable = FileVariable extends infer File
  ? File extends `${infer Name}_FILE`
    ? Extract<VariableName, Name>
    : never
  : never;

/** The text of the file that a variable names; null, with the problem told, if it can't be had or the variable is not set. */
export function textOfFile(reading: Reading, name: FileVariable, cwd: string): string | null {
  const file = reading.values[name];
  if (file === undefined || reading.isWrong(name)) return null;
  const read = readSecret({ file }, { env: {}, folder: cwd });
  if ('secret' in read) return read.secret;
  reading.complain(name, read.unreadable);
  return null;
}

/** The secret that a variable's file holds, without the line end that editors leave; null as with `textOfFile`. */
export function secretFileOf(reading: Reading, name: FileVariable, cwd: string): string | null {
  const secret = textOfFile(reading, name, cwd)?.replace(/\r?\n$/, '');
  if (secret === undefined) return null;
  if (!/[\0\r\n]/.test(secret)) return secret;
  reading.complain(name, 'names a file of several lines: it must hold the secret alone');
  return null;
}

/** A secret that stands in its variable or in the file that `NAME_FILE` names; null if neither is set, or wrong, which is then told. */
export function secretOf(reading: Reading, name: SecretVariable, cwd: string): string | null {
  const fileName = `${name}_FILE` as const;
  if (reading.isSet(name) && reading.isSet(fileName)) {
    reading.complain(fileName, `is set, and so is ${name}: give the secret in one place`);
    return null;
  }
  return reading.values[name] ?? secretFileOf(reading, fileName, cwd);
}

/** Whether the secret is set in either place. */
export function isSecretSet(reading: Reading, name: SecretVariable): boolean {
  return reading.isSet(name) || reading.isSet(`${name}_FILE`);
}

/** Tells of each of these variables that is set that it has no effect, and why. */
export function refuse(reading: Reading, names: readonly VariableName[], why: string): void {
  for (const name of names) if (reading.isSet(name)) reading.complain(name, why);
}
