import { createAuthority } from '../test/support/certificates.js';
import type { Trusted } from './provider-gate.js';

/** An identity of a host by an authority that is to be trusted, and one by another. */
export async function identitiesFor(
  host: string,
): Promise<{ readonly own: Trusted; readonly foreign: Trusted }> {
  const [own, foreign] = await Promise.all(['own', 'foreign'].map((name) => trustedBy(name, host)));
  if (own === undefined || foreign === undefined) throw new Error('two were asked for');
  return { own, foreign };
}

async function trustedBy(name: string, host: string): Promise<Trusted> {
  const authority = await createAuthority(name);
  return { identity: await authority.issue({ names: [host] }), authority: authority.certificate };
}
