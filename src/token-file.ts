import { readFile } from 'node:fs/promises';
import { messageOf } from './errors.js';

/**
 * The token that a file holds now: such files are replaced while we run. Throws an error that names the file and tells nothing of what is
 * in it.
 */
export async function readTokenFile(path: string): Promise<string> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`the token's file can't be read: ${messageOf(error)}`, { cause: error });
  }
  const token = content.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error(`the file ${path} holds no token`);
  return token;
}
