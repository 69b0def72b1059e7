import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { majorOf } from '../../../../dev/node/testimony.js';
import { trySignal } from '../../../../dev/watchdog/kill.js';
import { packageRoot } from '../../../../src/package-root.js';
import { eventually } from '../../../support/eventually.js';
import { listen, processesWith } from '../../../support/stack-process.js';
import { answering, fakeNpm, type FakeNpm } from './fake-npm.js';

const MAIN = join(packageRoot(), 'dist/dev/node/main.js');
const OWN = majorOf(process.version);

interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the command that runs parts on another Node', () => {
  const npms: FakeNpm[] = [];
  /** The groups of commands that have not ended. */
  const running = new Set<number>();

  afterEach(async () => {
    // For a test that failed: nothing of it may stay.
    for (const pid of running) trySignal(-pid, 'SIGKILL');
    for (const npm of npms.splice(0)) {
      for (const pid of processesWith(npm.folder)) trySignal(pid, 'SIGKILL');
      await npm.remove();
    }
  });

  async function start(script: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
    const npm = await fakeNpm(script);
    npms.push(npm);
    const { folder, env } = npm;
    const temporary = join(folder, 'tmp');
    await mkdir(temporary);
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...env, TMPDIR: temporary, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const { pid } = child;
    assert.ok(pid !== undefined);
    running.add(pid);
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const told: Told[] = [];
    child.once('exit', () => running.delete(pid));
    child.once('close', (code) => told.push({ code, out, err }));
    /** How it ended, which it must do by itself. */
    const end = async (): Promise<Told> => {
      await eventually('the command ends', () => told.length > 0);
      return told[0] ?? assert.fail();
    };
    return { folder, temporary, pid, err: () => err, end };
  }

  it('ends with 2 if that Node could not be had, and says what to do', async () => {
    const { temporary, end } = await start('echo "npm error code ENOTFOUND" >&2; exit 1', ['24']);
    const { code, out, err } = await end();
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /Node 24 could not be had[^]*Check the network[^]*ENOTFOUND/);
    assert.deepEqual(await readdir(temporary), []);
  });

  it('ends with 1 if the program runs on another Node than npm said, which the run itself finds', async () => {
    const liar = answering(`v${String(OWN + 1)}.0.0`, process.execPath);
    const { end } = await start(liar, [String(OWN + 1), 'demo']);
    const { code, out, err } = await end();
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, new RegExp(`dist/dev/demo/main.js .* runs on Node ${process.version}\n`));
    assert.match(err, new RegExp(`must run on Node ${String(OWN + 1)}, and runs on ${process.version}`));
    assert.match(err, /FAILED: a demo of 60 orders: [^\n]*exit code 1\n/);
  });

  it('ends with 1 if a part failed', async () => {
    // Nothing listens there, so that the demo can't begin.
    const { end } = await start(
      answering(process.version, process.execPath),
      [String(OWN), 'demo', '--orders', '7'],
      {
        KAFKA_BROKERS: '127.0.0.1:9',
        SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9',
        DATABASE_URL: 'postgres://127.0.0.1:9/x',
      },
    );
    const { code, err } = await end();
    assert.equal(code, 1);
    assert.match(
      err,
      /\nFAILED: a demo of 7 orders: [^\n]*exit code 2\n {2}No process of Node ran dist\/sandbox/,
    );
  });

  it('refuses a part and a version that make no sense', async () => {
    for (const args of [['24', 'everything'], ['lts'], ['24', 'demo', '--orders', '0'], []]) {
      const { end } = await start('exit 1', args);
      const { code, err } = await end();
      assert.equal(code, 1, args.join(' '));
      assert.match(err, /^error: /);
    }
  });

  for (const [signal, how] of [
    ['SIGINT', 'Ctrl-C'],
    ['SIGKILL', 'kill -9'],
  ] as const) {
    it(`takes npm and its children with it at ${how}, and leaves nothing`, async () => {
      // Both stay, named by the test's folder, until they are ended.
      const stays = `sh -c 'while :; do sleep 1; done' "$0" & while :; do sleep 1; done`;
      const { folder, temporary, pid, end } = await start(stays, ['24']);
      const npmRuns = (): number[] => processesWith(join(folder, 'bin/npm'));
      await eventually('npm runs, and a child of its own', () => npmRuns().length === 2);
      trySignal(-pid, signal);
      const { code, err } = await end();
      assert.equal(code, signal === 'SIGINT' ? 130 : null);
      if (signal === 'SIGINT') assert.match(err, /Stopped before the end/);
      await eventually(
        'no process and no file is left',
        async () => npmRuns().length === 0 && (await readdir(temporary)).length === 0,
      );
    });
  }

  for (const [signal, how] of [
    ['SIGINT', 'Ctrl-C'],
    ['SIGKILL', 'kill -9'],
  ] as const) {
    it(`takes a run with it at ${how}, and leaves nothing`, async () => {
      // Takes connections and never answers, so that the demo waits.
      const silent = createServer((socket) => socket.on('error', () => undefined));
      const address = `127.0.0.1:${String(await listen(silent))}`;
      // Told from other demos by its number.
      const orders = `--orders=${String(randomInt(100_000, 1_000_000))}`;
      const { temporary, pid, err, end } = await start(
        answering(process.version, process.execPath),
        [String(OWN), 'demo', orders],
        {
          KAFKA_BROKERS: address,
          SCHEMA_REGISTRY_URL: `http://${address}`,
          DATABASE_URL: `postgres://${address}/x`,
        },
      );
      const runs = (): number[] => processesWith(orders);
      try {
        await eventually('the demo runs', () => /dist\/dev\/demo\S+ .* runs on/.test(err()));
        assert.equal(runs().length, 2, 'the command and the demo');
        trySignal(-pid, signal);
        assert.equal((await end()).code, signal === 'SIGINT' ? 130 : null);
        await eventually(
          'no process and no file is left',
          async () => runs().length === 0 && (await readdir(temporary)).length === 0,
        );
      } finally {
        for (const left of runs()) trySignal(left, 'SIGKILL');
        silent.close();
      }
    });
  }
});
