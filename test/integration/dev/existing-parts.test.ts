import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { StackError, type StackErrorCode } from '../../../dev/stack/errors.js';
import { withClient } from '../../../dev/stack/postgres.js';
import { freePort } from '../../../dev/stack/ports.js';
import { startStack, type Stack } from '../../../dev/stack/start.js';
import { isAlive } from '../../../dev/watchdog/process-table.js';
import { bareEnvironment, openPlaceholders, type Placeholders } from '../../support/stack-process.js';

describe('existing parts and a kept data folder', () => {
  let folder: string;
  let dataDir: string;
  let placeholders: Placeholders;
  let env: NodeJS.ProcessEnv;
  let stack: Stack;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'existing-test-'));
    await chmod(folder, 0o711);
    dataDir = join(folder, 'made', 'for-us');
    placeholders = await openPlaceholders();
    env = bareEnvironment(placeholders.env);
    stack = await startStack({ env, dataDir });
  });

  after(async () => {
    await stack.stop();
    placeholders.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('starts only what the environment does not name', async () => {
    assert.deepEqual(Object.keys(stack.pids()).sort(), ['postgres', 'watchdog']);
    assert.equal(stack.env.KAFKA_BROKERS, placeholders.env.KAFKA_BROKERS);
    assert.equal(stack.env.SCHEMA_REGISTRY_URL, placeholders.env.SCHEMA_REGISTRY_URL);
    await assert.rejects(stack.restart('kafka'), withCode('STACK_NOT_OURS', /^KAFKA_BROKERS /));
  });

  it('starts nothing if all exist, and leaves them alone when it stops', async () => {
    const lines: string[] = [];
    const other = await startStack({
      env: { ...env, DATABASE_URL: stack.env.DATABASE_URL },
      progress: (line) => lines.push(line),
    });
    assert.deepEqual(Object.keys(other.pids()), ['watchdog']);
    assert.deepEqual(other.env, stack.env);
    await other.stop();
    assert.equal(lines.filter((line) => line.includes('using the existing one')).length, 3);
    assert.doesNotMatch(lines.join('\n'), new RegExp(new URL(stack.env.DATABASE_URL).password));
    await withClient(stack.env.DATABASE_URL, (client) => client.query('select 1'));
  });

  it('says which named parts do not answer, a line each, and starts none', async () => {
    const port = await freePort();
    const absent = {
      KAFKA_BROKERS: `127.0.0.1:${port}`,
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}`,
      DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`,
    };
    const before = await readdir(tmpdir());
    await assert.rejects(startStack({ env: { ...env, ...absent } }), (error) => {
      assert.ok(error instanceof StackError);
      assert.equal(error.code, 'STACK_PART_SILENT');
      const lines = error.message.split('\n').sort();
      assert.deepEqual(
        lines.map((line) => line.split(' ')[0]),
        ['DATABASE_URL', 'KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'],
      );
      for (const line of lines) assert.match(line, /ECONNREFUSED.*unset it to have one started\.$/);
      return true;
    });
    const made = (await readdir(tmpdir())).filter(
      (name) => name.startsWith('capture-stack-') && !before.includes(name),
    );
    assert.deepEqual(made, []);
  });

  it('refuses the data folder of a running stack', async () => {
    const error = withCode(
      'STACK_DATA_FOLDER',
      new RegExp(`process ${process.pid}\\b.*${dataDir}.*choose another`),
    );
    await assert.rejects(startStack({ env, dataDir }), error);
  });

  it('finds kept data again, at the same address', async () => {
    await withClient(stack.env.DATABASE_URL, (client) =>
      client.query("create table kept as select 'row' as what"),
    );
    const { env: before } = stack;
    const pids = Object.values(stack.pids());
    await stack.stop();
    assert.deepEqual(pids.filter(isAlive), []);

    stack = await startStack({ env, dataDir });
    assert.deepEqual(stack.env, before);
    const { rows } = await withClient(stack.env.DATABASE_URL, (client) =>
      client.query('select what from kept'),
    );
    assert.deepEqual(rows, [{ what: 'row' }]);
  });
});

function withCode(code: StackErrorCode, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof StackError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}
