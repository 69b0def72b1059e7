import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { crashEdit } from '../../../../prove/crash/arrive.js';
import { SKEW_EDIT } from '../../../../prove/crash/clock-skew.js';
import { edited } from '../../../../dev/edited-modules/edit.js';
import { CRASH_POINTS, crashPoint } from '../../../../prove/crash/points.js';
import { packageRoot } from '../../../../src/package-root.js';

const compiled = (module: string): string => readFileSync(join(packageRoot(), 'dist', module), 'utf8');

/** Throws if it is no module. */
function assertCompiles(source: string): void {
  execFileSync(process.execPath, ['--check', '--input-type=module', '-'], {
    input: source,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

describe('the crash points', () => {
  it('are at least 14, each with a name of its own', () => {
    assert.ok(CRASH_POINTS.length >= 14);
    assert.equal(new Set(CRASH_POINTS.map(({ name }) => name)).size, CRASH_POINTS.length);
  });

  for (const point of CRASH_POINTS) {
    it(`${point.name} is in ${point.module} as it is built, once`, () => {
      assert.match(edited(compiled(point.module), crashEdit(point)), /globalThis\.__proveArrive\(/);
    });
  }

  it('leave modules that can be loaded', () => {
    for (const module of new Set(CRASH_POINTS.map((point) => point.module))) {
      const edits = CRASH_POINTS.filter((point) => point.module === module).map(crashEdit);
      assertCompiles(edits.reduce(edited, compiled(module)));
    }
  });

  it('are found by their names', () => {
    assert.equal(crashPoint('draining').name, 'draining');
    assert.throws(() => crashPoint('nowhere'), /there is no crash point nowhere/);
  });

  it('count an arrival only when what they wait for is true, and later if they say so', () => {
    assert.match(crashEdit(crashPoint('due-taken')).code, /^if \(taken\.length > 0\) globalThis\.\w+\(0\);$/);
    assert.match(crashEdit(crashPoint('sent-unanswered')).code, /^globalThis\.\w+\(5\);$/);
  });
});

describe('a wrong clock', () => {
  it('is an edit of the clock as it is built', () => {
    const source = edited(compiled('src/system-clock.js'), SKEW_EDIT);
    assert.match(source, /Date\.now\(\) \+ globalThis\./);
    assertCompiles(source);
  });
});

describe('what is published', () => {
  it('has no crash points, nor the hook that makes them', () => {
    const { files } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
      readonly files: readonly string[];
    };
    assert.deepEqual(files, ['dist/consumers', 'dist/producers', 'dist/src', 'migrations', 'schemas']);
    const modules = new Set(CRASH_POINTS.map(({ module }) => module));
    for (const module of modules) assert.doesNotMatch(compiled(module), /__prove/);
  });
});
