import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of the nearest package.json above this file, absolute. Files that the compiler doesn't copy (migrations, schemas, poms)
 * are found from here, whether the code runs from `dist/` in a clone or from an installed package. Throws if there is none.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(
        `No package.json in any folder above ${fileURLToPath(import.meta.url)}: install the package whole.`,
      );
    }
    folder = parent;
  }
  return folder;
}
