import childProcess from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { encodeTestimony, majorOf, withWitness, witnessOrders, type WitnessOrders } from './testimony.js';

// Loaded by NODE_OPTIONS before the program of each Node process of a run. It writes down which Node the process runs on, ends it if
// that is another than was asked for, and sees to it that the Node processes which it starts testify too.

// The threads of a process run on the process's Node.
if (isMainThread) testify();

function testify(): void {
  const orders = witnessOrders(import.meta.url);
  const { version } = process;
  const [, program, ...args] = process.argv;
  const line = program === undefined ? [] : [resolve(program), ...args];
  appendFileSync(orders.file, encodeTestimony({ version, line }));
  if (orders.aloud) process.stderr.write(`${line.join(' ')} runs on Node ${version}\n`);
  if (majorOf(version) !== orders.major) {
    process.stderr.write(
      `This process must run on Node ${String(orders.major)}, and runs on ${version} (${process.execPath}).\n`,
    );
    process.exit(1);
  }
  bindChildren({ ...orders, aloud: false });
}

/**
 * Children inherit our environment, or get one that their parent chose: the demo's worker, its subscribers and the watchdogs, all of
 * which are started with `spawn`. Into such an environment the option is put here. It does nothing to a program that isn't Node.
 */
function bindChildren(orders: WitnessOrders): void {
  process.env['NODE_OPTIONS'] = withWitness(process.env['NODE_OPTIONS'], import.meta.url, orders);
  childProcess.spawn = new Proxy(childProcess.spawn, {
    apply: (spawn, self, args: readonly unknown[]) => {
      const bound = args.map((arg) =>
        hasEnvironment(arg) ? { ...arg, env: witnessed(arg.env, orders) } : arg,
      );
      const child: unknown = Reflect.apply(spawn, self, bound);
      return child;
    },
  });
  // For those who import it by name.
  syncBuiltinESMExports();
}

function hasEnvironment(arg: unknown): arg is { readonly env: NodeJS.ProcessEnv } {
  return (
    typeof arg === 'object' && arg !== null && 'env' in arg && typeof arg.env === 'object' && arg.env !== null
  );
}

function witnessed(env: NodeJS.ProcessEnv, orders: WitnessOrders): NodeJS.ProcessEnv {
  return { ...env, NODE_OPTIONS: withWitness(env['NODE_OPTIONS'], import.meta.url, orders) };
}
