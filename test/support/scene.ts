import type pg from 'pg';
import type { Scene, SceneOptions } from '../../dev/demo/scene.js';
import { setScene } from '../../dev/demo/scene.js';
import type { WatchOptions } from '../../dev/demo/watch.js';
import { createPool } from '../../src/store/pool.js';

/** A demo's scene for a test, quiet, with a look into its database. */
export interface TestScene {
  readonly scene: Scene;
  readonly pool: pg.Pool;
  /** For `watchUntil`. */
  readonly quiet: WatchOptions;
  readonly close: () => Promise<void>;
}

/** Everything in it ends with `withinMs`. It has the parts that `env` names, by default those of the test run, and others of its own. */
export async function openTestScene(
  options: Partial<Pick<SceneOptions, 'env' | 'settings' | 'timeout' | 'sandboxArgs'>>,
  withinMs = 120_000,
): Promise<TestScene> {
  const signal = AbortSignal.timeout(withinMs);
  const nothing = (): undefined => undefined;
  const scene = await setScene({ env: process.env, progress: nothing, say: nothing, ...options, signal });
  const pool = createPool({ url: scene.databaseUrl, max: 2, applicationName: 'test' });
  return {
    scene,
    pool,
    quiet: { onProgress: nothing, check: () => Promise.resolve(), signal },
    close: async () => {
      await pool.end();
      await scene.close();
    },
  };
}
