import { readFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/** What the figures were measured on, without its name. */
export async function describeMachine(): Promise<string> {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const model = (cpu?.model ?? 'unknown processor').trim();
  return (
    `${String(cpus().length)} cores of ${model}${await megahertz()}, ${String(gib)} GiB, ${platform()} ${release()} (${arch()}), ` +
    `Node ${process.version}`
  );
}

async function megahertz(): Promise<string> {
  try {
    const found = /^cpu MHz\s*:\s*(\d+)/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1];
    return found === undefined ? '' : ` at ${found} MHz`;
  } catch {
    return '';
  }
}
