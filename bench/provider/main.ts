import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { wholeNumber } from '../../dev/whole-number.js';
import { prepareAnswers } from './answers.js';
import { createProvider } from './server.js';

/** The provider as a process of its own. Prints its URL as JSON once it listens. */
const options = new Command('bench/provider')
  .requiredOption('--key <file>', "the provider's private key")
  .requiredOption('--merchant-key <file>', "the merchant's public key")
  .requiredOption('--merchant-id <id>', 'whose payments it holds')
  .requiredOption('--client-id <id>', 'who may capture them')
  .option('--prepare <number>', 'how many answers to sign before anything else', wholeNumber)
  .parse()
  .opts<{
    readonly key: string;
    readonly merchantKey: string;
    readonly merchantId: string;
    readonly clientId: string;
    readonly prepare?: number;
  }>();
const { merchantId, clientId } = options;

const answers = await prepareAnswers(
  options.prepare ?? 0,
  { merchantId, clientId },
  createPrivateKey(await readFile(options.key)),
  new Date(),
  (signed) => {
    if (signed % 12_800 === 0) process.stdout.write(`signed ${String(signed)}\n`);
  },
);
const server = createProvider({
  answers,
  clientId,
  merchantPublicKey: createPublicKey(await readFile(options.merchantKey)),
  random: Math.random,
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${String(port)}` })}\n`);
});
