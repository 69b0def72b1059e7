import { generate } from 'selfsigned';

/** A certificate with its private key, both PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** An authority of a test's own, which nobody trusts who isn't told to. */
export interface Authority {
  readonly certificate: string;
  /** A certificate for a server by these names of hosts, or for a client. */
  issue(options?: { readonly names?: readonly string[]; readonly until?: Date }): Promise<Issued>;
}

const KIND = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
const DAY = 86_400_000;

export async function createAuthority(name: string): Promise<Authority> {
  const own = await generate([{ name: 'commonName', value: name }], {
    ...KIND,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const ca = { key: own.private, cert: own.cert };
  return {
    certificate: own.cert,
    issue: async ({ names = [], until = new Date(Date.now() + DAY) } = {}) => {
      const issued = await generate([{ name: 'commonName', value: names[0] ?? 'worker' }], {
        ...KIND,
        ca,
        notBeforeDate: new Date(until.getTime() - 2 * DAY),
        notAfterDate: until,
        extensions: [
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
        ],
      });
      return { certificate: issued.cert, key: issued.private };
    },
  };
}
