import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { StackError } from './errors.js';

const LOWEST = 15_000;
const FALLBACK: PortRange = { from: LOWEST, to: 32_767 };
const ATTEMPTS = 200;

/** Both ends included. */
export interface PortRange {
  from: number;
  to: number;
}

// Handed out to this process already, though perhaps not listened on yet.
const handedOut = new Set<number>();

/**
 * A loopback port that nobody listens on. It is taken from below the range that the kernel gives to outgoing connections: from inside
 * that range, a port that falls free while its part restarts could become some client's own end of a connection, even to itself.
 */
export async function freePort(range: PortRange = servicePorts()): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(range.from, range.to + 1);
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new StackError(
    'STACK_PORT_TAKEN',
    `No free port between ${range.from} and ${range.to} on 127.0.0.1: stop what listens there.`,
  );
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

/** Whether one could listen on the port of the loopback address now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** The range to pick from, given the kernel's range for outgoing connections as /proc writes it ("32768\t60999"). */
export function portsBelow(outgoing: string): PortRange {
  const first = Number(outgoing.trim().split(/\s+/)[0]);
  if (!Number.isInteger(first) || first < LOWEST + 1000) return FALLBACK;
  return { from: LOWEST, to: first - 1 };
}

function servicePorts(): PortRange {
  try {
    return portsBelow(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));
  } catch {
    return FALLBACK;
  }
}
