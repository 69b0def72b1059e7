import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readSettings, writeSettings } from '../../../../dev/stack/settings.js';

describe("a data folder's settings", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'settings-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are new for a new folder, with a cluster id that Kafka takes', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => readSettings(folder)));
    assert.equal(new Set(all.map(({ password }) => password)).size, 200);
    for (const { clusterId } of all) {
      assert.equal(Buffer.from(clusterId, 'base64url').length, 16);
      assert.ok(!clusterId.startsWith('-'), clusterId);
    }
  });

  it('are refused if they are damaged: new ones would not open the data', async () => {
    const damaged = join(folder, 'damaged');
    await mkdir(damaged);
    await writeFile(join(damaged, 'stack.json'), '{"clusterId":');
    await assert.rejects(readSettings(damaged), /stack\.json can't be read .*choose another data folder/);
  });

  it("are found again, and are nobody else's to read", async () => {
    const settings = { ...(await readSettings(folder)), ports: { kafka: [1, 2] } };
    await writeSettings(folder, settings);
    assert.deepEqual(await readSettings(folder), settings);
    assert.equal((await stat(join(folder, 'stack.json'))).mode & 0o777, 0o600);
  });
});
