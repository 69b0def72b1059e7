import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { NotifyRig, successOf } from '../../support/notify-rig.js';
import { until } from '../../support/until.js';

const HEAD = 'POST /notify/wallet/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n';
/** More than the endpoint lets wait, and more than it has connections for. */
const MANY = 1_100;

/** A connection that writes when it is told to, and knows what came back. */
class SlowSender {
  heard = '';
  isClosed = false;
  readonly socket: Socket;
  readonly connected: Promise<void>;
  readonly closed: Promise<void>;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.connected = new Promise((resolve) => {
      this.socket.once('connect', resolve);
    });
    this.socket.on('data', (bytes) => (this.heard += bytes.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isClosed = true;
        resolve();
      });
    });
  }
}

describe('the notify endpoint and those who are slow', () => {
  let database: TestDatabase;
  let rig: NotifyRig;
  let senders: SlowSender[] = [];
  before(async () => {
    database = await createTestDatabase();
  });
  beforeEach(async () => {
    rig = await NotifyRig.start(database.pool);
  });
  afterEach(async () => {
    for (const { socket } of senders) socket.destroy();
    senders = [];
    await rig.close();
  });
  after(() => database.drop());

  async function sender(text: string): Promise<SlowSender> {
    const made = new SlowSender(rig.url);
    senders.push(made);
    await made.connected;
    made.socket.write(text);
    return made;
  }

  it('cuts them off after ten seconds, whether it is the head or the body that trickles', async () => {
    const begun = performance.now();
    const trickling = await Promise.all([sender(HEAD), sender(`${HEAD}\r\n{`), sender('')]);
    const [head, body] = trickling;
    const drip = setInterval(() => {
      head.socket.write('a: b\r\n');
      body.socket.write(' ');
    }, 500);
    const took = await Promise.all(
      trickling.map(async ({ closed }) => closed.then(() => performance.now() - begun)),
    );
    clearInterval(drip);
    assert.ok(Math.min(...took) > 9_000, `the first was cut off after ${String(Math.min(...took))} ms`);
    assert.ok(Math.max(...took) < 15_000, `the last was cut off after ${String(Math.max(...took))} ms`);
  });

  it('takes a provider’s from the same address beside any number of them', async () => {
    for (let count = 0; count < MANY; count += 1) await sender(`${HEAD}\r\n{`);
    for (const [provider, posted] of Object.entries(successOf(rig, 'beside_the_slow')))
      assert.match(await rig.send(posted), /^200 /, provider);
    await until(() => senders.filter(({ isClosed }) => !isClosed).length <= 100);
    assert.ok(senders.at(-1)?.isClosed === false, 'those that came last are waited for');
  });

  it('waits for no body of what it refuses by its address, its method or its source', async () => {
    for (const [line, status] of [
      ['POST /notify/payermax/fenced', 404],
      ['POST /notify/wallet/nobody', 404],
      ['POST /nowhere', 404],
      ['PUT /notify/wallet/shop', 405],
    ] as const) {
      const one = await sender(`${line} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{`);
      await one.closed;
      assert.ok(one.heard.startsWith(`HTTP/1.1 ${String(status)} `), `${line}: ${one.heard}`);
    }
    assert.equal((await rig.counted())['payermax/fenced source_refused'], 1);
  });
});
