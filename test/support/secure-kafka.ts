import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { download } from '../../dev/stack/download.js';
import { findJava } from '../../dev/stack/java.js';
import { kafkaRecipe } from '../../dev/stack/kafka.js';
import { packageRoot } from '../../src/package-root.js';
import type { Authority, Issued } from './certificates.js';
import { startOwnPart } from './own-part.js';
import { AUDIENCE } from './token-endpoint.js';

/** A Kafka that lets nobody in without TLS and a login, or a certificate of the authority. It answers to the name of localhost alone. */
export interface SecureKafka {
  /** `localhost:port`, with a login by any mechanism. */
  readonly brokers: string;
  /** The same listener by an address that its certificate doesn't name. */
  readonly misnamed: string;
  /** `localhost:port`, with a client's certificate. */
  readonly mutual: string;
  /** `127.0.0.1:port`, where neither is asked for. */
  readonly plain: string;
  readonly stop: () => Promise<void>;
}

export const USER = { name: 'worker', password: 'open-sesame-4711' } as const;

export async function startSecureKafka(authority: Authority, keysUrl: string): Promise<SecureKafka> {
  const java = await findJava(process.env);
  const server = await authority.issue({ names: ['localhost'] });
  const { ports, stop } = await startOwnPart((site) => {
    const recipe = kafkaRecipe({
      ...site,
      java,
      clusterId: `A${randomBytes(16).toString('base64url').slice(1)}`,
      jars: () =>
        download('kafka', { ...site, env: process.env, cacheDir: join(packageRoot(), '.cache', 'stack') }),
      extra: {
        portCount: 2,
        format: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
          '--add-scram',
          `${mechanism}=[name=${USER.name},password=${USER.password}]`,
        ]),
        java: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${keysUrl}`],
        settings: (on) => settings(on, keysUrl),
      },
    });
    return {
      ...recipe,
      prepare: async () => {
        await mkdir(site.home, { recursive: true });
        await writePem(site.home, server, authority);
        await recipe.prepare();
      },
    };
  });
  const [plain, , secure, mutual] = ports.map(String);
  return {
    brokers: `localhost:${secure ?? ''}`,
    misnamed: `127.0.0.1:${secure ?? ''}`,
    mutual: `localhost:${mutual ?? ''}`,
    plain: `127.0.0.1:${plain ?? ''}`,
    stop,
  };
}

async function writePem(home: string, server: Issued, authority: Authority): Promise<void> {
  await writeFile(join(home, 'server.pem'), server.key + server.certificate);
  await writeFile(join(home, 'authority.pem'), authority.certificate);
}

function settings(ports: readonly number[], keysUrl: string): Record<string, string> {
  const [plain, controller, secure, mutual] = ports.map(String);
  const listeners = [
    ['CLIENT', '127.0.0.1', plain],
    ['SECURE', 'localhost', secure],
    ['MUTUAL', 'localhost', mutual],
  ] as const;
  const at = (address: string | null): string[] =>
    listeners.map(([name, host, port]) => `${name}://${address ?? host}:${port ?? ''}`);
  const of = (name: string): string => `listener.name.secure.${name}`;
  const jaas = (module: string, options = ''): string =>
    `org.apache.kafka.common.security.${module} required${options};`;
  return {
    listeners: [...at('127.0.0.1'), `CONTROLLER://127.0.0.1:${controller ?? ''}`].join(),
    'advertised.listeners': at(null).join(),
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL,MUTUAL:SSL',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': 'server.pem',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': 'authority.pem',
    'listener.name.mutual.ssl.client.auth': 'required',
    [of('sasl.enabled.mechanisms')]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [of('plain.sasl.jaas.config')]: jaas('plain.PlainLoginModule', ` user_${USER.name}="${USER.password}"`),
    [of('scram-sha-256.sasl.jaas.config')]: jaas('scram.ScramLoginModule'),
    [of('scram-sha-512.sasl.jaas.config')]: jaas('scram.ScramLoginModule'),
    [of('oauthbearer.sasl.jaas.config')]: jaas('oauthbearer.OAuthBearerLoginModule'),
    [of('oauthbearer.sasl.server.callback.handler.class')]:
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler',
    'sasl.oauthbearer.jwks.endpoint.url': keysUrl,
    'sasl.oauthbearer.expected.audience': AUDIENCE,
  };
}
