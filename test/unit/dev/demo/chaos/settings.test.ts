import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chaosScene } from '../../../../../dev/demo/chaos/settings.js';
import { profileOf } from '../../../../../sandbox/flags.js';
import { parseDuration } from '../../../../../src/config/duration.js';
import { leaseFor } from '../../../../../src/worker/send.js';

const {
  settings = {},
  timeout = '',
  sandboxArgs = [],
} = chaosScene({
  randomSeed: 's',
  notifyPort: 1,
  permissive: false,
});

function ms(text: string | undefined): number {
  const found = parseDuration(text ?? '');
  assert.ok(found !== null, text);
  return found;
}

describe('the settings of chaos', () => {
  const { latencyMs, tooLateMs, lateMs, staleMs, callbacks, outages } = profileOf(
    sandboxArgs[sandboxArgs.indexOf('--profile') + 1] ?? '',
  );
  const patience = ms(timeout);
  const lease = leaseFor(patience, ms(settings['CAPTURE_WORKER_LEASE_MARGIN']));
  const quiet = ms(settings['CAPTURE_WORKER_QUIET_PERIOD']);
  const spacing = ms(settings['CAPTURE_WORKER_RESEND_SPACING']);

  it('give a call up after slow answers, and before those that come too late', () => {
    assert.ok(latencyMs.max + 1_000 < patience && patience < tooLateMs);
  });

  it('have a quiet period that outlasts a late execution and a lagging replica, but for some late executions', () => {
    assert.ok(lateMs.within <= quiet && staleMs < quiet);
    assert.ok(lateMs.beyond > lease + quiet + spacing, 'some come after the request may be sent again');
  });

  it('wait for notifications before a repeat, and for an inquiry before a person is called', () => {
    assert.ok(lease + ms(settings['CAPTURE_WORKER_REPEAT_AFTER']) > callbacks.upToMs);
    assert.ok(ms(settings['CAPTURE_WORKER_CONTRADICTION_WAIT']) > lease + quiet + (outages?.forMs ?? 0));
  });
});
