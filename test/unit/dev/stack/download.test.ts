import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Crew, Job } from '../../../../dev/stack/crew.js';
import { cached, download, type DownloadOptions } from '../../../../dev/stack/download.js';
import { StackError } from '../../../../dev/stack/errors.js';
import { mavenReason } from '../../../../dev/stack/maven.js';

describe('a download', () => {
  let cacheDir: string;
  let runs: number;

  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'download-test-'));
    runs = 0;
  });
  afterEach(() => rm(cacheDir, { recursive: true }));

  /** With a Maven that does the given to the folder that it is told. */
  function options(
    maven: (folder: string, job: Job) => Promise<void>,
    signal = new AbortController().signal,
  ): DownloadOptions {
    const crew: Crew = {
      start: () => Promise.reject(new Error('not used')),
      disband: () => Promise.resolve(),
      run: async (job) => {
        runs++;
        const folder = job.args.find((arg) => arg.startsWith('-Dstack.folder='))?.split('=')[1];
        assert.ok(folder);
        await maven(folder, job);
      },
    };
    const nothing = (): Promise<void> => Promise.resolve();
    const guard = {
      pid: 0,
      addProcess: nothing,
      removeProcess: nothing,
      addFolder: nothing,
      removeFolder: nothing,
      close: nothing,
    };
    return { cacheDir, crew, guard, env: {}, signal, report: () => undefined };
  }

  async function twoJars(folder: string): Promise<void> {
    await mkdir(join(folder, 'files', 'lib'), { recursive: true });
    await writeFile(join(folder, 'files', 'a.jar'), 'a');
    await writeFile(join(folder, 'files', 'lib', 'b.jar'), 'bb');
  }

  it('is done once, and leaves nothing beside itself', async () => {
    const files = await download('kafka', options(twoJars));
    assert.deepEqual((await readdir(files)).sort(), ['a.jar', 'lib']);
    assert.equal(await download('kafka', options(twoJars)), files);
    assert.equal(await cached(cacheDir, 'kafka'), files);
    assert.equal(await cached(cacheDir, 'registry'), undefined);
    assert.equal(runs, 1);
    assert.equal((await readdir(cacheDir)).length, 1);
  });

  it('is done once by two who want it at the same time', async () => {
    const both = await Promise.all([
      download('kafka', options(twoJars)),
      download('kafka', options(twoJars)),
    ]);
    assert.equal(both[0], both[1]);
    assert.equal(runs, 1);
  });

  it('is done anew when a file is gone or cut short', async () => {
    const files = await download('kafka', options(twoJars));
    await writeFile(join(files, 'lib', 'b.jar'), 'b');
    assert.equal(await cached(cacheDir, 'kafka'), undefined);
    await download('kafka', options(twoJars));
    await rm(join(files, 'a.jar'));
    assert.equal(await cached(cacheDir, 'kafka'), undefined);
    await download('kafka', options(twoJars));
    assert.equal(runs, 3);
    assert.equal(await cached(cacheDir, 'kafka'), files);
  });

  it("that fails leaves only Maven's log, and says in one line why and what to do", async () => {
    const failing = async (folder: string, job: Job): Promise<void> => {
      await twoJars(folder);
      await writeFile(job.logFile, '[INFO] Scanning\n[ERROR] No such host -> [Help 1]\n[ERROR] more\n');
      throw new StackError('STACK_PART_FAILED', 'Maven failed (exit code 1).');
    };
    await assert.rejects(download('registry', options(failing)), (error) => {
      assert.ok(error instanceof StackError);
      assert.equal(error.code, 'STACK_DOWNLOAD_FAILED');
      assert.match(
        error.message,
        /^Schema registry could not be downloaded \(No such host\): .*SCHEMA_REGISTRY_URL.*$/,
      );
      return true;
    });
    assert.deepEqual(await readdir(cacheDir), ['maven-registry.log']);
    await download('registry', options(twoJars));
    assert.equal(runs, 2);
  });

  it('clears away what a killed one left', async () => {
    await mkdir(join(cacheDir, 'staging-999999999-kafka'));
    await download('kafka', options(twoJars));
    assert.equal((await readdir(cacheDir)).length, 1);
  });

  it('that is given up says so', async () => {
    const controller = new AbortController();
    const given = options(() => {
      controller.abort();
      return Promise.reject(new StackError('STACK_PART_FAILED', 'Maven failed (SIGTERM).'));
    }, controller.signal);
    await assert.rejects(download('kafka', given), /SIGTERM/);
    await assert.rejects(
      download('kafka', given),
      (error) => error instanceof StackError && error.code === 'STACK_STOPPED',
    );
    assert.deepEqual(await readdir(cacheDir), []);
  });
});

describe("Maven's reason", () => {
  it('is the text of its error line', () => {
    assert.equal(mavenReason('\u001b[1;31m[ERROR] Could not resolve -> [Help 1]'), 'Could not resolve');
    assert.equal(mavenReason('[ERROR] '), undefined);
  });

  it('is the end of a long one, where the cause is', () => {
    const reason = mavenReason(`[ERROR] ${'wrapped in '.repeat(40)}Connection refused`) ?? '';
    assert.match(reason, /^… .*Connection refused$/);
    assert.ok(reason.length <= 161);
  });
});
