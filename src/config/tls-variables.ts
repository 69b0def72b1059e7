import { messageOf } from '../errors.js';
import type { TlsIdentity } from '../tls.js';
import type { Reading } from './environment.js';
import type { FileVariable } from './secret-variable.js';
import { textOfFile } from './secret-variable.js';
import { readCertificates, readKeyOf } from './tls-files.js';

/** The authorities that a variable's file holds; null if it isn't set, or is wrong, which is then told. */
export function authoritiesOf(reading: Reading, name: FileVariable, cwd: string): string | null {
  const text = textOfFile(reading, name, cwd);
  return text === null ? null : orComplain(reading, name, () => readCertificates(text).pem);
}

/** A client's certificate with its key: both variables or neither. Null if they aren't set or are wrong, which is then told. */
export function identityOf(
  reading: Reading,
  [certificateFile, keyFile]: readonly [certificate: FileVariable, key: FileVariable],
  cwd: string,
): TlsIdentity | null {
  if (reading.isSet(certificateFile) !== reading.isSet(keyFile)) {
    const [set, unset] = reading.isSet(keyFile) ? [keyFile, certificateFile] : [certificateFile, keyFile];
    reading.complain(unset, `is not set, and ${set} is: a client's certificate and its key go together`);
  }
  const [certificateText, keyText] = [
    textOfFile(reading, certificateFile, cwd),
    textOfFile(reading, keyFile, cwd),
  ];
  const certificates =
    certificateText === null
      ? null
      : orComplain(reading, certificateFile, () => readCertificates(certificateText));
  // Looked at whatever is wrong with the certificate, so that both are told.
  const privateKey =
    keyText === null
      ? null
      : orComplain(reading, keyFile, () => readKeyOf(certificates?.first ?? null, keyText));
  return certificates === null || privateKey === null ? null : { certificate: certificates.pem, privateKey };
}

function orComplain<Result>(reading: Reading, name: FileVariable, read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    reading.complain(name, `names a file that ${messageOf(error)}`);
    return null;
  }
}
