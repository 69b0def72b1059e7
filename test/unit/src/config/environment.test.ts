import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountsFileOf, readEnvironment } from '../../../../src/config/environment.js';
import { REQUIRED_VARIABLES } from '../../../../src/config/variables.js';

const COMPLETE = {
  KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
  SCHEMA_REGISTRY_URL: 'http://registry:8080/apis/ccompat/v7/',
  DATABASE_URL: 'postgresql://worker:hunter2@db:5432/captures',
};

/** The problems of a complete environment with these changes, as `place: text`. */
function problemsWith(changes: Record<string, string>): string[] {
  const { problems } = readEnvironment({ ...COMPLETE, ...changes }, REQUIRED_VARIABLES);
  return problems.map(({ place, text }) => `${place}: ${text}`);
}

describe('readEnvironment', () => {
  it('reads what is set and fills in what is not', () => {
    const { values, problems } = readEnvironment(
      { ...COMPLETE, CAPTURE_WORKER_DRAIN_DEADLINE: '10s', CAPTURE_WORKER_LOG_LEVEL: 'debug' },
      REQUIRED_VARIABLES,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(values.KAFKA_BROKERS, ['kafka-1:9092', 'kafka-2:9092']);
    assert.equal(values.SCHEMA_REGISTRY_URL, 'http://registry:8080/apis/ccompat/v7');
    assert.equal(values.DATABASE_URL, COMPLETE.DATABASE_URL);
    assert.equal(values.CAPTURE_WORKER_DRAIN_DEADLINE, 10_000);
    assert.equal(values.CAPTURE_WORKER_LOG_LEVEL, 'debug');
    assert.equal(values.CAPTURE_WORKER_HTTP_PORT, 9464);
    assert.equal(values.CAPTURE_WORKER_TOPIC_PREFIX, undefined);
  });

  it('takes an empty variable for one that is not set', () => {
    const { values, problems } = readEnvironment(
      { ...COMPLETE, CAPTURE_WORKER_GROUP: '', KAFKA_BROKERS: '' },
      REQUIRED_VARIABLES,
    );
    assert.equal(values.CAPTURE_WORKER_GROUP, 'capture-worker');
    assert.deepEqual(problems, [{ place: 'KAFKA_BROKERS', text: 'is not set' }]);
  });

  it('asks only for what is required, but checks all that is set', () => {
    assert.deepEqual(readEnvironment({ DATABASE_URL: COMPLETE.DATABASE_URL }, ['DATABASE_URL']).problems, []);
    const { problems } = readEnvironment({ KAFKA_BROKERS: 'kafka' }, []);
    assert.deepEqual(
      problems.map(({ place }) => place),
      ['KAFKA_BROKERS'],
    );
  });

  it('tells every problem at once', () => {
    const { problems } = readEnvironment(
      {
        DATABASE_URL: 'mysql://db/captures',
        CAPTURE_WORKER_HTTP_PORT: '99999',
        CAPTURE_WORKER_GRUOP: 'x',
        CAPTURE_WORKER_LEASE_MARGIN: '15',
      },
      REQUIRED_VARIABLES,
    );
    assert.deepEqual(problems.map(({ place }) => place).toSorted(), [
      'CAPTURE_WORKER_GRUOP',
      'CAPTURE_WORKER_HTTP_PORT',
      'CAPTURE_WORKER_LEASE_MARGIN',
      'DATABASE_URL',
      'KAFKA_BROKERS',
      'SCHEMA_REGISTRY_URL',
    ]);
  });

  it('refuses a name of ours that it does not know, and says which was meant', () => {
    assert.deepEqual(problemsWith({ CAPTURE_WORKER_MAX_INFLIGHT: '5' }), [
      'CAPTURE_WORKER_MAX_INFLIGHT: is no setting of this program: did you mean CAPTURE_WORKER_MAX_IN_FLIGHT?',
    ]);
    assert.match(problemsWith({ CAPTURE_WORKER_XYZZY: '5' }).join(), /docs\/configuration\.md lists/);
  });

  it('names a variable that was probably meant for one that is missing', () => {
    const { problems } = readEnvironment({ DATABASE_URI: 'postgres://db/captures' }, ['DATABASE_URL']);
    assert.deepEqual(problems, [
      { place: 'DATABASE_URL', text: 'is not set; DATABASE_URI is set: is that what was meant?' },
    ]);
  });

  it('refuses a slip of the pen in a name that other programs could have, which could turn encryption off unseen', () => {
    assert.deepEqual(problemsWith({ KAFKA_TSL: 'true' }), [
      'KAFKA_TSL: is no setting of this program, and KAFKA_TLS is not set: is that what was meant?',
    ]);
    assert.match(
      problemsWith({ SCHEMA_REGISTRY_PASWORD: 'x' }).join(),
      /SCHEMA_REGISTRY_PASSWORD is not set/,
    );
    assert.deepEqual(
      problemsWith({ KAFKA_SASL_JAAS_CONFIG: 'x', KAFKA_HEAP_OPTS: 'x', DATABASE_URI: 'x' }),
      [],
    );
    // Set as well: then the other is another program's.
    assert.deepEqual(problemsWith({ KAFKA_TSL: 'true', KAFKA_TLS: 'true' }), []);
  });

  it('never repeats a secret that is wrong', () => {
    const text = problemsWith({
      KAFKA_SASL_PASSWORD: 'hunter\n2',
      SCHEMA_REGISTRY_TOKEN: 'hunter 2',
    }).join('\n');
    assert.match(text, /KAFKA_SASL_PASSWORD: has a line end/);
    assert.match(text, /SCHEMA_REGISTRY_TOKEN: is no token/);
    assert.doesNotMatch(text, /hunter/);
  });

  it('refuses a database URL without a host, whose place another variable could then decide', () => {
    assert.match(problemsWith({ DATABASE_URL: 'postgresql:///captures' }).join(), /names no host/);
    assert.deepEqual(problemsWith({ DATABASE_URL: 'postgresql:///captures?host=/run/postgresql' }), []);
  });

  it('ignores what Kubernetes sets for a service called like the worker', () => {
    assert.deepEqual(
      problemsWith({
        CAPTURE_WORKER_SERVICE_HOST: '10.0.0.7',
        CAPTURE_WORKER_SERVICE_PORT: '9464',
        CAPTURE_WORKER_SERVICE_PORT_METRICS: '9464',
        CAPTURE_WORKER_PORT: 'tcp://10.0.0.7:9464',
        CAPTURE_WORKER_PORT_9464_TCP: 'tcp://10.0.0.7:9464',
        CAPTURE_WORKER_PORT_9464_TCP_ADDR: '10.0.0.7',
        CAPTURE_WORKER_PORT_9464_TCP_PORT: '9464',
        CAPTURE_WORKER_PORT_9464_TCP_PROTO: 'tcp',
      }),
      [],
    );
    assert.equal(problemsWith({ CAPTURE_WORKER_PORT: '9464' }).length, 1);
  });

  it('never repeats the database URL, whatever is wrong with it', () => {
    for (const url of [
      'postgresql://worker:hun#ter2@db/captures',
      'postgresql://worker:hunter2@db',
      'http://worker:hunter2@db/captures',
      'host=db password=hunter2',
    ]) {
      const text = problemsWith({ DATABASE_URL: url }).join('\n');
      assert.match(text, /^DATABASE_URL: /, url);
      assert.doesNotMatch(text, /hun#?ter2|worker/, url);
    }
  });

  it('refuses credentials in the registry URL without repeating them', () => {
    const text = problemsWith({ SCHEMA_REGISTRY_URL: 'http://me:hunter2@registry' }).join('\n');
    assert.match(text, /SCHEMA_REGISTRY_URL: holds a user or password/);
    assert.doesNotMatch(text, /hunter2/);
  });

  it('refuses brokers that are not host:port, telling which by its place', () => {
    for (const wrong of ['kafka', 'kafka:', 'kafka:0', 'kafka:70000', '[::1]:9092', 'http://kafka:9092'])
      assert.match(
        problemsWith({ KAFKA_BROKERS: `good:9092,${wrong}` }).join('\n'),
        /^KAFKA_BROKERS: .* \(address 2\): write host:port,host:port$/,
        wrong,
      );
  });

  it('refuses a back-off whose base is above its cap', () => {
    assert.deepEqual(
      problemsWith({
        CAPTURE_WORKER_RESEND_BACKOFF_BASE: '10s',
        CAPTURE_WORKER_RESEND_BACKOFF_CAP: '9s',
        CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: '1h',
      }),
      [
        'CAPTURE_WORKER_RESEND_BACKOFF_BASE: 10s is above CAPTURE_WORKER_RESEND_BACKOFF_CAP, 9s',
        'CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: 1h is above CAPTURE_WORKER_INQUIRY_BACKOFF_CAP, 15m',
      ],
    );
    // A provider's own is held against what applies to all where it has none.
    assert.deepEqual(
      problemsWith({
        CAPTURE_WORKER_WALLET_INQUIRY_BACKOFF_BASE: '1h',
        CAPTURE_WORKER_YABANDPAY_INQUIRY_BACKOFF_CAP: '1s',
      }),
      [
        'CAPTURE_WORKER_WALLET_INQUIRY_BACKOFF_BASE: 1h is above CAPTURE_WORKER_INQUIRY_BACKOFF_CAP, 15m',
        'CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: 5s is above CAPTURE_WORKER_YABANDPAY_INQUIRY_BACKOFF_CAP, 1s',
      ],
    );
  });

  it('refuses values out of bounds and words that it does not know', () => {
    assert.match(
      problemsWith({ CAPTURE_WORKER_COMMIT_INTERVAL: '2h' }).join(),
      /2h is not between 50ms and 1m/,
    );
    assert.match(problemsWith({ CAPTURE_WORKER_MAX_IN_FLIGHT: '0' }).join(), /from 1 to 100000/);
    assert.match(problemsWith({ CAPTURE_WORKER_MAX_IN_FLIGHT: '1.5' }).join(), /1\.5 is not a whole number/);
    assert.match(problemsWith({ CAPTURE_WORKER_LOG_LEVEL: 'loud' }).join(), /not one of trace, debug, info/);
    assert.match(problemsWith({ CAPTURE_WORKER_GROUP: 'my group' }).join(), /use letters, digits/);
  });

  it('says of a name which character or what length is wrong', () => {
    assert.deepEqual(problemsWith({ CAPTURE_WORKER_GROUP: 'x '.repeat(5_000) }), [
      'CAPTURE_WORKER_GROUP: has 10000 characters, and at most 200 are taken; and it has a space as character 2, which is not allowed: use letters, digits, dots, dashes and underscores',
    ]);
    assert.deepEqual(problemsWith({ SCHEMA_REGISTRY_USERNAME: 'me:hunter2' }), [
      'SCHEMA_REGISTRY_USERNAME: has the character : as character 3, which is not allowed: use the user alone, and SCHEMA_REGISTRY_PASSWORD for the password',
    ]);
  });
});

describe('accountsFileOf', () => {
  it('is the file that is set, or the default', () => {
    assert.equal(accountsFileOf({ CAPTURE_WORKER_ACCOUNTS_FILE: '/etc/a.yaml' }), '/etc/a.yaml');
    assert.equal(accountsFileOf({ CAPTURE_WORKER_ACCOUNTS_FILE: '' }), './accounts.yaml');
    assert.equal(accountsFileOf({}), './accounts.yaml');
  });

  it('is none where the variable is wrong by itself', () => {
    assert.equal(accountsFileOf({ CAPTURE_WORKER_ACCOUNTS_FILE: 'a\0b' }), null);
  });
});
