#!/usr/bin/env node
import { processIo } from './io.js';
import { run } from './run.js';

const LINGER_MS = 2_000;

process.exitCode = await run(process.argv.slice(2), processIo());
// The command is done. A connection that fails to close must not keep the process for ever.
setTimeout(() => process.exit(), LINGER_MS).unref();
