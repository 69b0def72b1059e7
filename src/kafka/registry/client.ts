import { CaptureWorkerError } from '../../errors.js';
import { registryHttp, type Answer, type RegistrySettings } from './http.js';

/**
 * A schema registry: what we ask of the REST API that Confluent Schema Registry defined and Apicurio, Karapace and Redpanda offer too.
 * Every call rejects with REGISTRY_UNAVAILABLE for anything but a plain answer, so that a failing registry is never taken for one that
 * says no: "there is none" is only what the registry says with its own error code.
 */
export interface RegistryClient {
  /** The schema with this id, or null if the registry has none. */
  schemaById(id: number): Promise<RegisteredSchema | null>;
  /** The id under which the subject has exactly this schema, or null if it hasn't. */
  idOf(subject: string, schema: string): Promise<number | null>;
  /**
   * Makes the schema the subject's newest version and returns its id. Rejects with SCHEMA_INCOMPATIBLE, and the registry's reason, if the
   * subject's earlier versions don't allow it.
   */
  register(subject: string, schema: string): Promise<number>;
  /** The subject's level of compatibility, such as FULL_TRANSITIVE; null if none is set for it. */
  compatibilityOf(subject: string): Promise<string | null>;
  setCompatibility(subject: string, level: string): Promise<void>;
  close(): Promise<void>;
}

export interface RegisteredSchema {
  readonly schema: string;
  readonly schemaType: string;
  /** Whether it needs schemas of other subjects to be understood. */
  readonly hasReferences: boolean;
}

/** What the registry says when it has no such subject, version or schema, or no level for a subject. */
const NO_SUCH = { subject: 40401, version: 40402, schema: 40403, level: 40408 } as const;

/**
 * A client of the registry at `settings.url`. It tries each call once: the caller knows how long it can wait.
 */
export function registryClient(settings: RegistrySettings): RegistryClient {
  const call = registryHttp(settings);
  return {
    schemaById: async (id) => {
      const answer = await call('GET', `/schemas/ids/${id.toString()}`);
      if (answer.code === NO_SUCH.schema) return null;
      const { schema, schemaType, references } = answer.expect(200);
      if (typeof schema !== 'string') throw answer.unusable('an answer without a schema');
      return {
        schema,
        schemaType: typeof schemaType === 'string' ? schemaType : 'AVRO',
        hasReferences: Array.isArray(references) && references.length > 0,
      };
    },
    idOf: async (subject, schema) => {
      const answer = await call('POST', `/subjects/${encodeURIComponent(subject)}`, { schema });
      if (answer.code === NO_SUCH.subject || answer.code === NO_SUCH.schema) return null;
      return idIn(answer);
    },
    register: async (subject, schema) => {
      const answer = await call('POST', `/subjects/${encodeURIComponent(subject)}/versions`, { schema });
      if (answer.status === 409 || answer.status === 422) {
        throw new CaptureWorkerError(
          'SCHEMA_INCOMPATIBLE',
          `the schema registry refuses the schema for subject ${subject}: ${answer.reason}. ` +
            'A change must be readable by every earlier version and read every earlier version: add fields with a default, ' +
            'remove only fields that have one, and change no type or name.',
        );
      }
      return idIn(answer);
    },
    compatibilityOf: async (subject) => {
      const answer = await call('GET', `/config/${encodeURIComponent(subject)}`);
      if (answer.code === NO_SUCH.subject || answer.code === NO_SUCH.level) return null;
      const { compatibilityLevel } = answer.expect(200);
      if (typeof compatibilityLevel !== 'string') throw answer.unusable('an answer without a level');
      return compatibilityLevel.toUpperCase();
    },
    setCompatibility: async (subject, compatibility) => {
      (await call('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility })).expect(200);
    },
    close: () => call.close(),
  };
}

function idIn(answer: Answer): number {
  const { id } = answer.expect(200);
  if (typeof id !== 'number' || !Number.isInteger(id)) throw answer.unusable('an answer without an id');
  return id;
}
