import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PART_NAMES, partOf } from '../../../../dev/node/parts.js';
import { packageRoot } from '../../../../src/package-root.js';

const root = packageRoot();

describe('what is run on another Node', () => {
  for (const name of PART_NAMES) {
    const { command, mustRun } = partOf(name, { orders: 60 });

    it(`names programs that exist, for ${name}`, () => {
      for (const program of [command[0], ...mustRun]) {
        const [path = ''] = program.split(' ');
        assert.ok(existsSync(join(root, path)), path);
      }
    });

    it(`counts the program itself among those that must run, for ${name}`, () => {
      assert.ok(mustRun.includes(command[0]));
    });
  }

  it('is a demo of as many orders as are asked for, with its result as JSON', () => {
    assert.deepEqual(partOf('demo', { orders: 7 }).command.slice(1), ['--orders=7', '--json']);
  });
});

describe('the root', () => {
  it('has no package called node: its program would run every script', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: object };
    assert.ok(Object.keys(lock.packages).length > 1);
    assert.deepEqual(
      Object.keys(lock.packages).filter((path) => /(^|\/)node_modules\/node$/.test(path)),
      [],
    );
    assert.equal(existsSync(join(root, 'node_modules/.bin/node')), false);
  });
});
