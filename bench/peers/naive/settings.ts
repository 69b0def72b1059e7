import { z } from 'zod';

/** What the worker is started with. All of it comes from the environment. */
const environment = z
  .object({
    KAFKA_BROKERS: z.string(),
    SCHEMA_REGISTRY_URL: z.string(),
    DATABASE_URL: z.string(),
    PEER_GROUP: z.string(),
    PEER_ORDERS_TOPIC: z.string(),
    PEER_EVENTS_TOPIC: z.string(),
    PEER_EVENTS_SUBJECT: z.string(),
    PEER_PROVIDER_URL: z.string(),
    PEER_CLIENT_ID: z.string(),
    PEER_MERCHANT: z.string(),
    PEER_PRIVATE_KEY: z.string(),
    PEER_PROVIDER_KEY: z.string(),
    PEER_PARTITIONS: z.coerce.number().int().min(1),
  })
  .readonly();
export type Settings = z.infer<typeof environment>;

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return environment.parse(env);
}
