import { chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASE, postgresRecipe, withClient } from '../../dev/stack/postgres.js';
import type { Authority } from './certificates.js';
import type { OwnSite } from './own-part.js';
import { startOwnPart } from './own-part.js';

/** A PostgreSQL that speaks TLS, under the name of localhost alone, and asks some users for more. */
export interface SecurePostgres {
  readonly port: number;
  readonly database: string;
  readonly stop: () => Promise<void>;
}

/** May only come through TLS, with this password. */
export const SECRETIVE = { name: 'secretive', password: 'p@ss: /wörd%4711"\'' } as const;
/** Has no password, only a certificate in its name. */
export const CERTIFIED = 'worker';

const RULES = `
hostssl   all ${CERTIFIED} 127.0.0.1/32 cert
hostnossl all ${SECRETIVE.name} 127.0.0.1/32 reject
`;

export async function startSecurePostgres(authority: Authority): Promise<SecurePostgres> {
  const { certificate, key } = await authority.issue({ names: ['localhost'] });
  const files = { 'server.pem': certificate, 'server.key': key, 'ca.pem': authority.certificate };
  const password = 'admin';
  const { ports, stop } = await startOwnPart((site) => {
    const cluster = join(site.home, 'cluster');
    const recipe = postgresRecipe({
      ...site,
      password,
      kept: false,
      settings: {
        ssl: 'on',
        ssl_cert_file: join(cluster, 'server.pem'),
        ssl_key_file: join(cluster, 'server.key'),
        ssl_ca_file: join(cluster, 'ca.pem'),
      },
    });
    return {
      ...recipe,
      prepare: async () => {
        await recipe.prepare();
        for (const [name, content] of Object.entries(files)) await give(site, join(cluster, name), content);
        const rules = join(cluster, 'data', 'pg_hba.conf');
        await give(site, rules, RULES + (await readFile(rules, 'utf8')));
      },
    };
  });
  const port = ports[0] ?? 0;
  await withClient(
    `postgres://postgres:${password}@127.0.0.1:${String(port)}/${DATABASE}`,
    async (client) => {
      await client.query(`create role ${CERTIFIED} superuser login`);
      await client.query(
        `create role ${SECRETIVE.name} superuser login password ${client.escapeLiteral(SECRETIVE.password)}`,
      );
    },
  );
  return { port, database: DATABASE, stop };
}

/** Writes a file that nobody but PostgreSQL's user can read, as it demands of keys. */
async function give({ runAs }: OwnSite, path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid);
}
