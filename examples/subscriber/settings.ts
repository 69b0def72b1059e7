import { z } from 'zod';

export interface KafkaSettings {
  readonly brokers: string[];
  readonly registryUrl: string;
  readonly topicPrefix: string;
  readonly groupId: string;
}

const text = z.string('is not set').min(1, 'is empty');

/** The variables that every subscriber reads, and the database it keeps its own tables in. */
const VARIABLES = {
  KAFKA_BROKERS: text.transform((list) => list.split(',')),
  SCHEMA_REGISTRY_URL: z.url({ protocol: /^https?$/, error: 'is not set, or no URL of http or https' }),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is not set, or no URL of postgresql' }),
  TOPIC_PREFIX: z.string().default(''),
};

export interface SubscriberSettings<More> extends KafkaSettings {
  readonly databaseUrl: string;
  readonly more: More;
}

/** Reads the settings of a subscriber, `more` being those of its own. Throws an error that lists all that is wrong. */
export function readSettings<More extends z.ZodType>(
  env: NodeJS.ProcessEnv,
  { groupId, more }: { readonly groupId: string; readonly more: More },
): SubscriberSettings<z.infer<More>> {
  const common = z.object({ ...VARIABLES, GROUP_ID: text.default(groupId) }).safeParse(env);
  const own = more.safeParse(env);
  if (!common.success || !own.success) {
    const issues = [common, own].flatMap(({ error }) => error?.issues ?? []);
    const lines = issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`The settings have problems:\n${lines.join('\n')}`);
  }
  const { data } = common;
  return {
    brokers: data.KAFKA_BROKERS,
    registryUrl: data.SCHEMA_REGISTRY_URL,
    databaseUrl: data.DATABASE_URL,
    topicPrefix: data.TOPIC_PREFIX,
    groupId: data.GROUP_ID,
    more: own.data,
  };
}
