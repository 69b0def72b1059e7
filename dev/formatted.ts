import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/** A text as the format check wants it in this file. */
export async function formatted(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

export async function writeFormatted(file: string, text: string): Promise<void> {
  await writeFile(file, await formatted(file, text));
}
