import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { StackError, type StackErrorCode } from '../../../../dev/stack/errors.js';
import { findJava, javaVersion, requireMaven } from '../../../../dev/stack/java.js';

describe('java', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'java-test-'));
    await mkdir(join(home, 'bin'));
  });
  after(() => rm(home, { recursive: true }));

  const install = (version: string): Promise<void> =>
    writeFile(join(home, 'bin', 'java'), `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`, {
      mode: 0o755,
    });

  it('has its version in what it prints', () => {
    assert.equal(javaVersion('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment'), 17);
    assert.equal(javaVersion('java version "1.8.0_402"'), 8);
    assert.equal(javaVersion('openjdk version "25-ea" 2025-09-16'), 25);
    assert.equal(javaVersion('Unable to locate a Java Runtime.'), undefined);
  });

  it('is taken from JAVA_HOME if it is 17 or later', async () => {
    await install('17.0.15');
    assert.equal(await findJava({ JAVA_HOME: home, PATH: process.env['PATH'] }), join(home, 'bin', 'java'));
  });

  it('is refused in one line that says which was found and what to do', async () => {
    await install('11.0.2');
    await assert.rejects(
      findJava({ JAVA_HOME: home, PATH: process.env['PATH'] }),
      oneLine('STACK_NO_JAVA', /Java 11: install/),
    );
    await assert.rejects(
      findJava({ JAVA_HOME: '/nowhere' }),
      oneLine('STACK_NO_JAVA', /^JAVA_HOME is \/nowhere/),
    );
    await assert.rejects(findJava({ PATH: '/nowhere' }), oneLine('STACK_NO_JAVA', /there is none: install/));
  });

  it('is joined by Maven, which is missed the same way', async () => {
    await assert.rejects(requireMaven({ PATH: '/nowhere' }), oneLine('STACK_NO_MAVEN', /no mvn: install/));
  });
});

function oneLine(code: StackErrorCode, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof StackError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.message.includes('\n'), false);
    return true;
  };
}
