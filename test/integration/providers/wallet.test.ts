import { after, before, describe, it } from 'node:test';
import { accepted, becomes, hasNoDoubleCapture, inDoubt } from '../../support/provider-expectations.js';
import { WalletRig } from '../../support/wallet-rig.js';

let rig: WalletRig;
before(async () => {
  rig = await WalletRig.start();
});
after(() => rig.close());

describe('a code of the wallet that contradicts its status, or that nobody knows', () => {
  for (const [resultCode, resultStatus] of [
    ['SUCCESS', 'F'],
    ['SUCCESS', 'U'],
    ['RISK_REJECT', 'S'],
    ['RISK_REJECT', 'U'],
    ['SIGNATURE_INVALID', 'S'],
    ['CAPTURE_IN_PROCESS', 'F'],
    ['NEVER_HEARD_OF', 'F'],
    ['NEVER_HEARD_OF', 'S'],
    ['NEVER_HEARD_OF', 'U'],
  ] as const) {
    const scenario = { kind: 'answer', resultCode, resultStatus } as const;
    it(`${resultCode} with status ${resultStatus}: unknown`, async () => {
      await becomes(rig, inDoubt('', scenario, { moved: false }));
    });
  }

  it('SUCCESS with status A: in process, since it was accepted', async () => {
    const scenario = { kind: 'answer', resultCode: 'SUCCESS', resultStatus: 'A' } as const;
    await becomes(rig, accepted('', scenario, { moved: false }));
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
