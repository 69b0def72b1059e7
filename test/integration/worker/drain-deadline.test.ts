import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorise, produce } from '../../../dev/demo/produce.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { eventually } from '../../support/eventually.js';
import type { TestScene } from '../../support/scene.js';
import { openTestScene } from '../../support/scene.js';
import { slowPlan } from '../../support/slow-plan.js';

describe('a worker that is told to stop while a provider takes longer than its drain may', () => {
  let test: TestScene;
  before(async () => {
    test = await openTestScene({ settings: { CAPTURE_WORKER_DRAIN_DEADLINE: '2s' }, timeout: '60s' });
  });
  after(() => test.close());

  it('says that it drains, leaves the calls at its deadline, and counts what is left', async () => {
    const { scene, pool, quiet } = test;
    const plan = slowPlan(3, 'drain', 45_000);
    await authorise(scene, plan.orders);
    await produce(scene, plan.messages);
    const worker = await scene.startWorker();
    await watchUntil(scene, pool, quiet, ({ open }) => open === 3);

    process.kill(worker.pid, 'SIGTERM');
    await eventually('/readyz says that it drains', async () => {
      const answer = await fetch(`${worker.url}/readyz`);
      return answer.status === 503 && (await answer.text()).includes('draining');
    });
    assert.equal(await worker.ended, 'exit code 7', await worker.recentOutput());
    const said = await worker.recentOutput();
    assert.match(said, /"left":[1-9]\d*,"msg":"the deadline passed/);
    assert.doesNotMatch(said, /the drain hangs/);
  });
});
