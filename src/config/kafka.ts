import { resolve } from 'node:path';
import type { TokenSource } from '../kafka/oauth.js';
import type { KafkaConnection, SaslSettings } from '../kafka/security.js';
import { isLoopback } from '../loopback.js';
import type { TlsSettings } from '../tls.js';
import type { Reading } from './environment.js';
import { isSecretSet, refuse, secretFileOf, secretOf, textOfFile } from './secret-variable.js';
import { authoritiesOf, identityOf } from './tls-variables.js';

export interface KafkaSettings extends KafkaConnection {
  readonly group: string;
}

const TLS_FILES = ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'] as const;
const PASSWORD_SETTINGS = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_PASSWORD_FILE'] as const;
const CLIENT_SETTINGS = [
  'KAFKA_SASL_OAUTH_TOKEN_URL',
  'KAFKA_SASL_OAUTH_CLIENT_ID',
  'KAFKA_SASL_OAUTH_CLIENT_SECRET',
  'KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE',
  'KAFKA_SASL_OAUTH_SCOPE',
] as const;
const OAUTH_SETTINGS = ['KAFKA_SASL_OAUTH_TOKEN_FILE', ...CLIENT_SETTINGS] as const;

/** How to reach Kafka, files read. What is wrong is told; then what is returned is not to be used. */
export function kafkaSettings(reading: Reading, cwd: string): KafkaSettings {
  const { KAFKA_BROKERS: brokers = [], CAPTURE_WORKER_GROUP: group } = reading.values;
  const tls = tlsSettings(reading, cwd);
  const sasl = saslSettings(reading, cwd);
  return { brokers, group, tls, sasl, loopbackOnly: mustStayHere(reading, brokers) };
}

function tlsSettings(reading: Reading, cwd: string): TlsSettings | null {
  // With a KAFKA_TLS that can't be read the files are looked at all the same, so that all is told at once.
  if (!reading.values.KAFKA_TLS && !reading.isWrong('KAFKA_TLS')) {
    refuse(reading, TLS_FILES, 'has no effect without KAFKA_TLS=true');
    return null;
  }
  return {
    authorities: authoritiesOf(reading, 'KAFKA_TLS_CA_FILE', cwd),
    identity: identityOf(reading, ['KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'], cwd),
  };
}

function saslSettings(reading: Reading, cwd: string): SaslSettings | null {
  if (reading.isWrong('KAFKA_SASL_MECHANISM')) {
    lookAtFiles(reading, cwd);
    return null;
  }
  const mechanism = reading.values.KAFKA_SASL_MECHANISM;
  switch (mechanism) {
    case undefined:
      refuse(
        reading,
        [...PASSWORD_SETTINGS, ...OAUTH_SETTINGS, 'KAFKA_SASL_ALLOW_PLAINTEXT'],
        'has no effect without KAFKA_SASL_MECHANISM',
      );
      return null;
    case 'plain':
    case 'scram-sha-256':
    case 'scram-sha-512': {
      refuse(reading, OAUTH_SETTINGS, `has no effect with KAFKA_SASL_MECHANISM=${mechanism}`);
      const username = reading.values.KAFKA_SASL_USERNAME ?? '';
      if (!reading.isSet('KAFKA_SASL_USERNAME'))
        reading.complain('KAFKA_SASL_USERNAME', `is not set: ${mechanism} needs it`);
      if (!isSecretSet(reading, 'KAFKA_SASL_PASSWORD'))
        reading.complain(
          'KAFKA_SASL_PASSWORD',
          `is not set: ${mechanism} needs it, or KAFKA_SASL_PASSWORD_FILE`,
        );
      return { mechanism, username, password: secretOf(reading, 'KAFKA_SASL_PASSWORD', cwd) ?? '' };
    }
    case 'oauthbearer':
      refuse(reading, PASSWORD_SETTINGS, 'has no effect with KAFKA_SASL_MECHANISM=oauthbearer');
      return { mechanism, token: tokenSource(reading, cwd) };
  }
}

/** Tells what is wrong with the files of a login, whichever it is. */
function lookAtFiles(reading: Reading, cwd: string): void {
  secretFileOf(reading, 'KAFKA_SASL_PASSWORD_FILE', cwd);
  secretFileOf(reading, 'KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE', cwd);
  textOfFile(reading, 'KAFKA_SASL_OAUTH_TOKEN_FILE', cwd);
}

function tokenSource(reading: Reading, cwd: string): TokenSource {
  if (reading.isSet('KAFKA_SASL_OAUTH_TOKEN_FILE')) {
    refuse(reading, CLIENT_SETTINGS, 'has no effect with KAFKA_SASL_OAUTH_TOKEN_FILE: set one or the other');
    // Read anew at each authentication; here only for what is wrong with it.
    textOfFile(reading, 'KAFKA_SASL_OAUTH_TOKEN_FILE', cwd);
    return { file: resolve(cwd, reading.values.KAFKA_SASL_OAUTH_TOKEN_FILE ?? '') };
  }
  const { values } = reading;
  if (!CLIENT_SETTINGS.some((name) => reading.isSet(name))) {
    reading.complain(
      'KAFKA_SASL_OAUTH_TOKEN_FILE',
      'is not set: oauthbearer needs it, or KAFKA_SASL_OAUTH_TOKEN_URL with a client id and secret',
    );
  } else {
    for (const name of ['KAFKA_SASL_OAUTH_TOKEN_URL', 'KAFKA_SASL_OAUTH_CLIENT_ID'] as const)
      if (!reading.isSet(name)) reading.complain(name, 'is not set: client credentials need it');
    if (!isSecretSet(reading, 'KAFKA_SASL_OAUTH_CLIENT_SECRET'))
      reading.complain(
        'KAFKA_SASL_OAUTH_CLIENT_SECRET',
        'is not set: client credentials need it, or KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE',
      );
  }
  return {
    url: values.KAFKA_SASL_OAUTH_TOKEN_URL ?? '',
    clientId: values.KAFKA_SASL_OAUTH_CLIENT_ID ?? '',
    clientSecret: secretOf(reading, 'KAFKA_SASL_OAUTH_CLIENT_SECRET', cwd) ?? '',
    scope: values.KAFKA_SASL_OAUTH_SCOPE ?? null,
  };
}

/**
 * Whether no broker beyond this machine may be connected to. PLAIN and OAUTHBEARER send the secret itself, so without TLS anyone on the
 * way could read it. SCRAM sends none, though who listens can try passwords at home.
 */
function mustStayHere(reading: Reading, brokers: readonly string[]): boolean {
  const {
    KAFKA_TLS: tls,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_ALLOW_PLAINTEXT: allowed,
  } = reading.values;
  const sendsSecret = mechanism === 'plain' || mechanism === 'oauthbearer';
  if (tls && allowed)
    reading.complain('KAFKA_SASL_ALLOW_PLAINTEXT', 'contradicts KAFKA_TLS=true: remove one of them');
  if (tls || allowed || !sendsSecret || reading.isWrong('KAFKA_TLS')) return false;
  const away = brokers.findIndex((broker) => !isLoopback(broker.slice(0, broker.lastIndexOf(':'))));
  if (away >= 0)
    reading.complain(
      'KAFKA_SASL_MECHANISM',
      `${mechanism} would send a secret to another machine, address ${String(away + 1)} of KAFKA_BROKERS, without encryption: set KAFKA_TLS=true, or ` +
        'KAFKA_SASL_ALLOW_PLAINTEXT=true if something else encrypts the way',
    );
  return true;
}
