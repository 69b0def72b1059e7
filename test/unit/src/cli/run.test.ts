import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from '../../../../src/cli/run.js';

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function tell(args: string, env: Readonly<Record<string, string>> = {}): Promise<Told> {
  const told = { out: '', err: '' };
  const code = await run(
    args.split(' ').filter((arg) => arg !== ''),
    {
      env,
      cwd: '/',
      out: (text) => {
        told.out += text;
      },
      err: (text) => {
        told.err += text;
      },
    },
  );
  return { ...told, code };
}

const COMMANDS = [
  'start',
  'migrate',
  'schemas register',
  'topics create',
  'config check',
  'captures show',
  'captures list',
  'accounts list',
  'accounts pause',
  'accounts resume',
  'accounts history',
  'notifications list',
  'lag',
];

describe('capture-worker', () => {
  for (const command of COMMANDS) {
    it(`explains ${command}: what it does, its environment, exit codes and examples`, async () => {
      const { code, out, err } = await tell(`${command} --help`);
      assert.deepEqual([code, err], [0, '']);
      for (const part of [
        /^Usage: capture-worker /,
        /^Environment/m,
        /^Exit codes:\n {2}0 {2,3}done$/m,
        /^Examples:\n {2}\S/m,
      ])
        assert.match(out, part);
      assert.ok(out.includes(`capture-worker ${command}`));
    });

    it(`refuses arguments of ${command} that it does not know, with 2`, async () => {
      const { code, out, err } = await tell(`${command} --nonsense`);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /unknown option '--nonsense'/);
    });
  }

  it('lists its commands and exit codes', async () => {
    const { code, out } = await tell('--help');
    assert.equal(code, 0);
    for (const command of COMMANDS)
      assert.match(out, new RegExp(`^ {2}${command.split(' ')[0] ?? ''} `, 'm'));
    assert.match(out, /^ {2}9 {2}stopped hard/m);
  });

  it('prints its version', async () => {
    const { code, out } = await tell('--version');
    assert.equal(code, 0);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  });

  it('ends with 2 and shows the way when no command, half a command or a wrong one is given', async () => {
    for (const args of ['', 'captures', 'capturs list', 'captures shwo x', 'captures show', 'lag me']) {
      const { code, out, err } = await tell(args);
      assert.deepEqual([code, out], [2, ''], args);
      assert.match(err, /Usage:|Did you mean|missing required argument|too many arguments/, args);
    }
  });

  it('refuses option values with 2, saying what they must be', async () => {
    assert.match((await tell('captures list --limit 0')).err, /whole number from 1 to 10000/);
    assert.match(
      (await tell('captures list --state lost')).err,
      /planned, sending, pending, succeeded, failed, cancelled/,
    );
    assert.match((await tell('topics create --partitions many')).err, /whole number from 1 to 10000/);
    assert.equal((await tell('captures list --limit 0')).code, 2);
    const blank = await tell('lag --group=', { KAFKA_BROKERS: '127.0.0.1:1' });
    assert.deepEqual([blank.code, /'--group <group>'.* It must not be blank/.test(blank.err)], [2, true]);
  });

  it('ends with 3 and names every variable that is missing, whatever the command', async () => {
    const needs: [string, RegExp][] = [
      ['start', /KAFKA_BROKERS: [^]*SCHEMA_REGISTRY_URL: [^]*DATABASE_URL: [^]*accounts\.yaml: /],
      ['migrate', /DATABASE_URL: is not set/],
      ['schemas register', /SCHEMA_REGISTRY_URL: is not set/],
      ['topics create', /KAFKA_BROKERS: is not set/],
      ['captures show x', /DATABASE_URL: is not set/],
      ['captures list', /DATABASE_URL: is not set/],
      ['lag', /KAFKA_BROKERS: is not set/],
      ['config check', /KAFKA_BROKERS: /],
    ];
    for (const [command, expected] of needs) {
      const { code, out, err } = await tell(command);
      assert.deepEqual([code, out], [3, ''], command);
      assert.match(err, expected, command);
      assert.doesNotMatch(err, /^\s+at /m, command);
    }
  });

  it('ends with 5 and one clear line when a part is away, without its password', async () => {
    const { code, out, err } = await tell('captures list', {
      DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/x',
    });
    assert.deepEqual([code, out], [5, '']);
    assert.match(err, /^the database doesn't answer.*DATABASE_URL names it\n$/);
    assert.doesNotMatch(err, /hunter2/);
  });

  it('shows stack traces, of causes too, only when details were asked for', async () => {
    const env = { DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/x', CAPTURE_WORKER_LOG_LEVEL: 'debug' };
    const { err } = await tell('captures list', env);
    assert.match(err, /^ +at .*[^]*Caused by: .*ECONNREFUSED/m);
    assert.doesNotMatch(err, /hunter2/);
  });

  it('tells the problems of a configuration as JSON when asked to', async () => {
    const { code, out, err } = await tell('config check --json', { KAFKA_BROKERS: 'kafka' });
    assert.deepEqual([code, err], [3, '']);
    const { valid, problems } = JSON.parse(out) as { valid: boolean; problems: { place: string }[] };
    assert.equal(valid, false);
    assert.deepEqual(
      problems.map(({ place }) => place),
      ['SCHEMA_REGISTRY_URL', 'DATABASE_URL', 'KAFKA_BROKERS', './accounts.yaml'],
    );
  });
});
