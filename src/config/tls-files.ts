import { createPrivateKey, X509Certificate } from 'node:crypto';

/** The certificates of a PEM file, and the first of them by itself: in a chain, the one that the key is of. */
export interface Certificates {
  readonly pem: string;
  readonly first: X509Certificate;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads the certificates of a PEM file, in which other text may stand. Throws, with words that follow the file's name, if it has none. */
export function readCertificates(text: string): Certificates {
  const found = text.match(CERTIFICATE) ?? [];
  const [first] = found.map((pem) => {
    try {
      return new X509Certificate(pem);
    } catch {
      throw new Error('holds a certificate that is damaged');
    }
  });
  if (first === undefined) throw new Error('holds no certificate: PEM is expected, with BEGIN CERTIFICATE');
  return { pem: `${found.join('\n')}\n`, first };
}

/**
 * Reads the PEM of a private key, which must belong to the certificate unless that is null: not known, since it couldn't be read. Throws as
 * `readCertificates` does, and tells nothing of the key.
 */
export function readKeyOf(certificate: X509Certificate | null, text: string): string {
  if (text.includes('ENCRYPTED')) throw new Error('holds a key under a passphrase: give it without one');
  let belongs: boolean;
  try {
    const key = createPrivateKey(text);
    belongs = certificate === null || certificate.checkPrivateKey(key);
  } catch {
    throw new Error('holds no private key: PEM is expected, with BEGIN PRIVATE KEY');
  }
  if (!belongs) throw new Error('holds a key that the certificate is not of');
  return text;
}
