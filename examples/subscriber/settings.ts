import { z } from 'zod';
import { CAPTURE_TOPICS } from './events.js';

export interface KafkaSettings {
  readonly brokers: string[];
  readonly registryUrl: string;
  readonly topicPrefix: string;
  readonly groupId: string;
  /** Records that are left out, as `topic/partition/offset`. */
  readonly skip: ReadonlySet<string>;
}

const RECORD = /^[\w.-]+\/(0|[1-9]\d*)\/(0|[1-9]\d*)$/;

const text = z.string('is not set').min(1, 'is empty');

const items = (list: string): string[] =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** The variables that every subscriber reads, and the database it keeps its own tables in. */
const VARIABLES = {
  KAFKA_BROKERS: text.transform(items).refine((list) => list.length > 0, 'is empty'),
  SCHEMA_REGISTRY_URL: z.url({ protocol: /^https?$/, error: 'is not set, or no URL of http or https' }),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is not set, or no URL of postgresql' }),
  TOPIC_PREFIX: z.string().default(''),
  SKIP: z
    .string()
    .default('')
    .transform(items)
    .refine((list) => list.every((item) => RECORD.test(item)), {
      error: 'is no list of topic/partition/offset, such as capture.failed/0/42, with commas between them',
    }),
};

type Variables = z.infer<z.ZodObject<typeof VARIABLES>>;

/** Says that SKIP has a record of another topic, which would skip nothing. */
function checkSkip({ value, issues }: z.core.ParsePayload<Variables>): void {
  const topics = CAPTURE_TOPICS.map((topic) => value.TOPIC_PREFIX + topic);
  const stranger = value.SKIP.find((record) => !topics.some((topic) => record.startsWith(`${topic}/`)));
  if (stranger === undefined) return;
  const message = `has ${stranger}, but the topics are ${topics.join(', ')}; write TOPIC_PREFIX too`;
  issues.push({ code: 'custom', path: ['SKIP'], message, input: value.SKIP });
}

export interface SubscriberSettings<More> extends KafkaSettings {
  readonly databaseUrl: string;
  readonly more: More;
}

/** Reads the settings of a subscriber, `more` being those of its own. Throws an error that lists all that is wrong. */
export function readSettings<More extends z.ZodType>(
  env: NodeJS.ProcessEnv,
  { groupId, more }: { readonly groupId: string; readonly more: More },
): SubscriberSettings<z.infer<More>> {
  const common = z
    .object({ ...VARIABLES, GROUP_ID: text.default(groupId) })
    .check(checkSkip)
    .safeParse(env);
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
    skip: new Set(data.SKIP),
    more: own.data,
  };
}
