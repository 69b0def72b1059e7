import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { crashVariables } from '../../../prove/crash/settings.js';
import { QUICK } from '../../../prove/faults/all.js';
import { INVARIANT_NAMES } from '../../../prove/invariants/all.js';
import type { Report } from '../../../prove/report.js';
import { packageRoot } from '../../../src/package-root.js';
import { runCompiled } from '../../support/demo-run.js';

const PROGRAM = 'prove/main.js';
const run = promisify(execFile);

// The short form of `npm run prove -- --runs 20`.
describe('npm run prove', () => {
  it('kills workers at points in their own code, and every invariant holds', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prove-test-'));
    try {
      const file = join(folder, 'report.json');
      const { result, said } = await runCompiled(PROGRAM, ['--quick', '--json', '--write-to', file], folder);
      const report = result as unknown as Report;
      assert.deepEqual(
        report.faults.map(({ name }) => name),
        QUICK.map(({ name }) => name),
      );
      assert.equal(said.match(/Worker 1 was killed \(SIGKILL\)/g)?.length, QUICK.length, said);
      for (const {
        runs,
        failures,
        crashes,
        orders,
        recoveryMs,
        invariants,
        breaks,
        unrun,
      } of report.faults) {
        assert.deepEqual(
          { runs, failures, crashes, breaks, unrun },
          { runs: 1, failures: 0, crashes: 1, breaks: [], unrun: [] },
        );
        assert.ok(orders > 100, `only ${String(orders)} orders came`);
        assert.ok(recoveryMs.max !== null && recoveryMs.max < 15_000);
        assert.deepEqual(invariants, Object.fromEntries(INVARIANT_NAMES.map((name) => [name, 0])));
      }
      assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), result);
      assert.deepEqual(await readdir(folder), ['report.json'], 'nothing else is left behind');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses options that make no sense', async () => {
    for (const options of [
      ['--runs', '0'],
      ['--only', 'nothing'],
      ['--rums', '3'],
    ]) {
      await assert.rejects(runCompiled(PROGRAM, options), (error: { code?: number; stderr?: string }) => {
        assert.equal(error.code, 2, 'not the code that says that an invariant broke');
        return /a whole number|They are killed-worker|unknown option/.test(error.stderr ?? '');
      });
    }
  });

  it('lists its faults, and runs none', async () => {
    const main = join(packageRoot(), 'dist', PROGRAM);
    const { stdout } = await run(process.execPath, [main, '--list', '--only', 'zombie']);
    assert.match(stdout, /^zombie\n {2}SIGSTOP of .+\n {2}attacks: .+\n$/);
  });
});

describe('a worker that is to die at a point', () => {
  const start = async (point: string): Promise<{ code?: number; stderr?: string }> => {
    const main = join(packageRoot(), 'dist/src/cli/main.js');
    const env = {
      PATH: process.env['PATH'],
      ...crashVariables({ crash: { point, arrival: 1 }, skewMs: null }, ''),
    };
    return run(process.execPath, [main, '--version'], { env }).then(
      () => ({ code: 0 }),
      (error: unknown) => error as { code?: number; stderr?: string },
    );
  };

  it('starts if there is such a point, and not if there is none', async () => {
    assert.equal((await start('draining')).code, 0);
    const { code, stderr = '' } = await start('nowhere');
    assert.notEqual(code, 0);
    assert.match(stderr, /there is no crash point nowhere/);
  });
});
