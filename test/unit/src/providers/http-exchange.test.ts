import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dispatcher } from 'undici';
import { HttpExchange } from '../../../../src/providers/http-exchange.js';

/** What undici hands to a handler, and whether the handler aborted. */
class Controller implements Dispatcher.DispatchController {
  aborted = false;
  reason: Error | null = null;
  readonly paused = false;
  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
  }
  pause(): void {
    throw new Error('not used');
  }
  resume(): void {
    throw new Error('not used');
  }
}

describe('an exchange', () => {
  it('never lets a request start twice, whatever the HTTP library thinks of retrying', async () => {
    let asked = 0;
    const exchange = new HttpExchange(10_000, () => {
      asked += 1;
      return true;
    });
    const first = new Controller();
    exchange.onRequestStart(first);
    assert.equal(first.aborted, false);
    const second = new Controller();
    exchange.onRequestStart(second);
    assert.equal(second.aborted, true);
    assert.equal(asked, 1);
    const outcome = await exchange.outcome;
    assert.equal(outcome.kind, 'no_answer');
    assert.equal(outcome.code, 'CALL_REPEATED');
  });

  it('keeps its first outcome', async () => {
    const exchange = new HttpExchange(10_000, () => true);
    const controller = new Controller();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, {});
    exchange.onResponseData(controller, Buffer.from('all of it'));
    exchange.onResponseEnd();
    exchange.onResponseError(controller, new Error('the connection ended afterwards'));
    const outcome = await exchange.outcome;
    assert.equal(outcome.kind, 'answered');
    assert.equal(Buffer.from(outcome.body).toString(), 'all of it');
  });

  it('names the error code of the first address when all addresses of a host fail without a code of their own', async () => {
    const exchange = new HttpExchange(10_000, () => true);
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    exchange.onResponseError(new Controller(), new AggregateError([refused, new Error('other')]));
    const outcome = await exchange.outcome;
    assert.equal(outcome.kind, 'not_sent');
    assert.equal(outcome.code, 'ECONNREFUSED');
  });
});
