import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { decodeTestimonies, majorOf, withWitness } from '../../../../dev/node/testimony.js';

const WITNESS = new URL('../../../../dev/node/witness.js', import.meta.url).href;
const OWN_MAJOR = majorOf(process.version);

describe('the witness', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'witness test-'));
    file = join(folder, 'testimonies');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs a program with a witness, and returns what it said. */
  async function run(source: string, { major = OWN_MAJOR, aloud = false } = {}) {
    const program = join(folder, 'program.mjs');
    await writeFile(program, source);
    const child = spawn(process.execPath, [program, 'argument'], {
      env: { ...process.env, NODE_OPTIONS: withWitness('', WITNESS, { major, file, aloud }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, out, err, program };
  }

  async function testimonies() {
    return decodeTestimonies(await readFile(file, 'utf8'));
  }

  it('writes down the version and the command line, and says nothing', async () => {
    const { code, out, err, program } = await run('process.stdout.write("done")');
    assert.deepEqual([code, out, err], [0, 'done', '']);
    assert.deepEqual(await testimonies(), [{ version: process.version, line: [program, 'argument'] }]);
  });

  it('says the version aloud if told to', async () => {
    const { out, err, program } = await run('process.stdout.write("done")', { aloud: true });
    assert.deepEqual([out, err], ['done', `${program} argument runs on Node ${process.version}\n`]);
  });

  it('ends a process on another Node before its program runs', async () => {
    const { code, out, err } = await run('process.stdout.write("done")', { major: OWN_MAJOR + 1 });
    assert.deepEqual([code, out], [1, '']);
    assert.equal(
      err,
      `This process must run on Node ${String(OWN_MAJOR + 1)}, and runs on ${process.version} (${process.execPath}).\n`,
    );
    assert.equal((await testimonies()).length, 1);
  });

  // How a program may start another, with what environment.
  const starts = {
    'a child that inherits the environment': 'spawn(process.execPath, [child])',
    'a child with an environment of its own': 'spawn(process.execPath, [child], { env: { A: "a" } })',
    'a child with NODE_OPTIONS of its own':
      'spawn(process.execPath, [child], { env: { NODE_OPTIONS: "--max-old-space-size=99" } })',
    'a child of a shell': 'spawn("/bin/sh", ["-c", `"$0" "$1"`, process.execPath, child], { env: {} })',
    'a child by execFile': 'execFile(process.execPath, [child])',
    'a child by fork': 'fork(child)',
  };
  for (const [what, start] of Object.entries(starts)) {
    it(`goes along with ${what}, and with its children`, async () => {
      const child = join(folder, 'child.mjs');
      const grandchild = join(folder, 'grandchild.mjs');
      const head = 'import { execFile, fork, spawn } from "node:child_process";';
      await writeFile(
        child,
        `${head}\nspawn(process.execPath, [${JSON.stringify(grandchild)}], { env: {} });`,
      );
      await writeFile(grandchild, '');
      const { code, err, program } = await run(
        `${head}\nconst child = ${JSON.stringify(child)};\n${start};`,
        {
          aloud: true,
        },
      );
      // Children say nothing: their output may be what their parents read.
      assert.deepEqual([code, err], [0, `${program} argument runs on Node ${process.version}\n`]);
      assert.deepEqual(
        (await testimonies()).map(({ line }) => line[0]),
        [program, child, grandchild],
      );
    });
  }

  it('leaves what a child is told besides as it was', async () => {
    const told = '{ NODE_OPTIONS: "--max-old-space-size=99", A: "a" }';
    const { out } = await run(
      `import { spawn } from 'node:child_process';
      const print = 'const { A, NODE_OPTIONS } = process.env; console.log(A, NODE_OPTIONS.split(" ")[0], Object.keys(process.env).length)';
      spawn(process.execPath, ['-e', print], { env: ${told}, stdio: 'inherit' });`,
    );
    assert.equal(out, 'a --max-old-space-size=99 2\n');
  });

  it('counts a process once, whatever threads it has', async () => {
    const thread = join(folder, 'thread.mjs');
    await writeFile(thread, 'process.stdout.write("ran")');
    // A thread of a file is preloaded as its process is; one of a text isn't.
    const { code, out } = await run(
      `import { Worker } from 'node:worker_threads';
      new Worker(${JSON.stringify(thread)});`,
    );
    assert.deepEqual([code, out], [0, 'ran']);
    assert.equal((await testimonies()).length, 1);
  });
});
