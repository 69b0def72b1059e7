import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { CaptureWorkerError } from '../../errors.js';
import { idIn, levelIn, NO_SUCH } from './answers.js';
import type { Answer, Method, RegistryHttp } from './http.js';
import type { RegistryClient } from './client.js';

/**
 * kafkajs's registry library, for what it does well: registering a schema under a level of compatibility, and finding a schema's id.
 *
 * The library's own HTTP is never reached, since it can't tell a registry that is away from one that says no: see transport().
 */
export function registryLibrary(call: RegistryHttp): Pick<RegistryClient, 'idOf' | 'register'> {
  // Only the transport knows where the registry is, so nothing can go past it.
  const library = new SchemaRegistry({ host: '', middlewares: [transport(call)] });
  // In this form the library sends the text as it is. Given an object, it would write a text of its own, and registries compare texts.
  const avro = (schema: string): { type: SchemaType.AVRO; schema: string } => ({
    type: SchemaType.AVRO,
    schema,
  });
  return {
    idOf: async (subject, schema) => {
      try {
        return await library.getRegistryIdBySchema(subject, avro(schema));
      } catch (error) {
        if (error instanceof NotRegistered) return null;
        throw error;
      }
    },
    register: async (subject, schema) => {
      try {
        const compatibility = COMPATIBILITY.FULL_TRANSITIVE;
        return (await library.register(avro(schema), { subject, compatibility })).id;
      } catch (error) {
        throw refusal(subject, error);
      }
    },
  };
}

/** The registry says, with its own code, that the subject doesn't have the schema. */
class NotRegistered extends Error {}

/** The registry says, with its own code, that the subject has no level. The status tells the library to set one after the first version. */
class NoLevel extends Error {
  readonly status = 404;
}

/** The registry says that the subject can't have the schema. */
class Refused extends Error {}

interface Question {
  readonly method: Method;
  /** What the library is told: the fields that it reads. Throws what a call is to reject with. */
  readonly read: (answer: Answer) => Readonly<Record<string, unknown>>;
}

/** What the library asks the registry in the two calls, by its own names. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  registered: {
    method: 'POST',
    read: (answer) => {
      if (answer.code === NO_SUCH.subject || answer.code === NO_SUCH.schema) throw new NotRegistered();
      return { id: idIn(answer) };
    },
  },
  config: {
    method: 'GET',
    read: (answer) => {
      const compatibilityLevel = levelIn(answer);
      if (compatibilityLevel === null) throw new NoLevel();
      return { compatibilityLevel };
    },
  },
  register: {
    method: 'POST',
    read: (answer) => {
      if (answer.status === 409 || answer.status === 422) throw new Refused(answer.reason);
      return { id: idIn(answer) };
    },
  },
  updateConfig: { method: 'PUT', read: (answer) => answer.expect(200) },
};

type Middleware = NonNullable<ConstructorParameters<typeof SchemaRegistry>[0]['middlewares']>[number];
type Respond = NonNullable<ReturnType<Middleware>['response']>;

/** As much of a response as the library uses, if it comes from the outermost middleware. */
type Told = Pick<Awaited<ReturnType<Respond>>, 'data'>;

/**
 * Puts our HTTP in the place of the library's, which reports a refused connection as status 400 and any 404 as "there is none", takes a
 * redirect for success, has no time limit, never settles if an answer breaks off, and ends the process with an unhandled rejection at
 * an error whose body is `null`. The last middleware is the outermost: it answers without asking those below, which are the library's
 * error handling, its retries and its HTTP. So what is thrown here is what the library's calls reject with.
 */
function transport(call: RegistryHttp): Middleware {
  const ask = async (name: string, request: Parameters<Respond>[2]): Promise<Told> => {
    const question = QUESTIONS[name];
    if (question === undefined) throw new TypeError(`the library isn't expected to ask "${name}"`);
    const body = request.body();
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const fields = question.read(await call(question.method, request.path(), text));
    // `never`, because the library names whatever type it wants.
    return { data: () => fields as never };
  };
  return ({ resourceMethod }) => ({
    response: (_next, _renew, request) => ask(resourceMethod, request) as ReturnType<Respond>,
  });
}

function refusal(subject: string, error: unknown): unknown {
  if (error instanceof Refused) {
    return new CaptureWorkerError(
      'SCHEMA_INCOMPATIBLE',
      `the schema registry refuses the schema for subject ${subject}: ${error.message}. ` +
        'A change must be readable by every earlier version and read every earlier version: add fields with a default, ' +
        'remove only fields that have one, and change no type or name.',
    );
  }
  // The library exports none of its errors.
  if (error instanceof Error && error.name === 'ConfluentSchemaRegistryCompatibilityError') {
    return new CaptureWorkerError(
      'SCHEMA_INCOMPATIBLE',
      `subject ${subject} isn't FULL_TRANSITIVE (${error.message}), so nothing is registered for it: ` +
        'see who else sets its level, then run `capture-worker schemas register`',
    );
  }
  return error;
}
