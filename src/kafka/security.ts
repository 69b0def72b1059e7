import type { SASLOptions } from 'kafkajs';
import type { Clock } from '../ports/clock.js';
import type { TlsSettings } from '../tls.js';
import { tlsOptions } from '../tls.js';
import type { KafkaClientConfig } from './client.js';
import type { TokenSource } from './oauth.js';
import { oauthTokens } from './oauth.js';

/** How a client signs in to the brokers. */
export type SaslSettings =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: TokenSource };

/** Where the brokers are, and how they are spoken to. */
export interface KafkaConnection {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** Null for no encryption. */
  readonly tls: TlsSettings | null;
  readonly sasl: SaslSettings | null;
  /** Whether to connect to brokers of this machine alone, whatever addresses they tell: else a secret would travel readable. */
  readonly loopbackOnly: boolean;
}

/** What clients are made with. Those that share it share its OAuth tokens, too. */
export function kafkaClientConfig(
  { brokers, tls, sasl, loopbackOnly }: KafkaConnection,
  { clientId, clock }: { readonly clientId: string; readonly clock: Clock },
): KafkaClientConfig {
  return {
    brokers,
    clientId,
    loopbackOnly,
    ...(tls !== null && { ssl: tlsOptions(tls) }),
    ...(sasl !== null && { sasl: saslOptions(sasl, clock) }),
  };
}

function saslOptions(sasl: SaslSettings, clock: Clock): SASLOptions {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl };
  const tokenNow = oauthTokens(sasl.token, clock);
  return { mechanism: sasl.mechanism, oauthBearerProvider: async () => ({ value: await tokenNow() }) };
}
