import { open, stat } from 'node:fs/promises';

const TAIL_BYTES = 8192;
const TAIL_LINES = 15;

/** How long the file is now, in bytes; 0 if there is none. */
export async function fileLength(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** The last 8 KiB that were written behind `from`; empty if there is nothing. */
export async function recentText(path: string, from = 0): Promise<string> {
  const end = await fileLength(path);
  const start = Math.max(from, end - TAIL_BYTES);
  if (end <= start) return '';
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** As many lines as a person reads with an error. */
export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
