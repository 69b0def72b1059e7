import type { KafkaConfig, SASLOptions } from 'kafkajs';
import oauthBearer from 'kafkajs/src/broker/saslAuthenticator/oauthBearer.js';
import type { Sockets } from './sockets.js';
import type { Trouble } from './trouble.js';

/**
 * The login as kafkajs takes it: a copy, since kafkajs writes into it.
 *
 * With OAUTHBEARER, kafkajs 2.2.4 tells the broker that a login begins before it asks for the token. If there is none at that moment,
 * the broker goes on waiting for one, takes the next try on this connection for a breach of the protocol, and kafkajs gives up for good.
 * So the connection is dropped, and the next try has a new one.
 */
export function signIn(
  sasl: SASLOptions,
  { sockets, trouble }: { readonly sockets: Sockets; readonly trouble: Trouble },
): NonNullable<KafkaConfig['sasl']> {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl };
  const { mechanism, oauthBearerProvider } = sasl;
  return {
    mechanism,
    authenticationProvider: (args) => ({
      authenticate: async () => {
        const token = await oauthBearerProvider().catch((error: unknown) => {
          if (error instanceof Error) {
            trouble.note(error);
            sockets.drop(`${args.host}:${String(args.port)}`, error);
          }
          throw error;
        });
        trouble.note(null);
        await oauthBearer({ oauthBearerProvider: () => Promise.resolve(token) })(args).authenticate();
      },
    }),
  };
}
