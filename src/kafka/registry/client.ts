import { levelIn, NO_SUCH } from './answers.js';
import { registryHttp, type RegistrySettings } from './http.js';
import { registryLibrary } from './library.js';

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
   * Makes the schema the subject's newest version and returns its id. The subject must be FULL_TRANSITIVE, or have no level: then it
   * becomes so after this version. Rejects with SCHEMA_INCOMPATIBLE if it has another level or if, by the registry's reason, its earlier
   * versions don't allow the schema.
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

/**
 * A client of the registry at `settings.url`. It asks each question once, or once more if the connection was closed before any of the
 * answer came: the caller knows how long it can wait.
 */
export function registryClient(settings: RegistrySettings): RegistryClient {
  const call = registryHttp(settings);
  return {
    ...registryLibrary(call),
    // Not by the library: it gives a type that it has built, for good, and neither the kind nor the references that our reading needs.
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
    // The library has no calls for levels.
    compatibilityOf: async (subject) => levelIn(await call('GET', levelPath(subject))),
    setCompatibility: async (subject, compatibility) => {
      (await call('PUT', levelPath(subject), JSON.stringify({ compatibility }))).expect(200);
    },
    close: () => call.close(),
  };
}

function levelPath(subject: string): string {
  return `/config/${encodeURIComponent(subject)}`;
}
