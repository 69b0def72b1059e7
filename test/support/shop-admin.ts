import type { ProviderName } from '../../src/capture/capture.js';
import type { Scene } from '../../dev/demo/scene.js';
import { SandboxAdmin } from './sandbox-admin.js';

/** The sandbox's admin endpoints for the payments of a scene's account at one provider. */
export function adminOf(
  { sandbox }: Pick<Scene, 'sandbox'>,
  provider: ProviderName = 'wallet',
): SandboxAdmin {
  const { adminUrl, merchants } = sandbox;
  const keys = {
    wallet: { clientId: merchants.wallet },
    yabandpay: { user: merchants.yabandpay },
    payermax: { merchantNo: merchants.payermax },
  };
  return new SandboxAdmin({ adminUrl, keys }, provider);
}
