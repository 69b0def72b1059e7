import type { Command } from 'commander';
import { loadDatabaseSettings } from '../config/config.js';
import { migrate } from '../store/migrate.js';
import { commandLog } from './command-log.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';

export function addMigrate(program: Command, io: Io): void {
  const command = program
    .command('migrate')
    .summary("bring the database to this version's schema")
    .description(
      'Brings the database to the schema of this version. Doing it again changes nothing; two at once wait for each other.',
    )
    .action(async () => {
      const settings = loadDatabaseSettings(io.env, io);
      const log = commandLog(settings);
      const applied = await migrate(settings.database.url, {
        tls: settings.database.tls,
        log: (line) => {
          log.debug(line);
        },
      });
      for (const name of applied) io.out(`applied ${name}\n`);
      if (applied.length === 0) io.out('the database is up to date\n');
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database; its user must own it, or be allowed to create in its public schema'],
    ],
    exits: [3, 4, 5],
    examples: [['capture-worker migrate', 'before the first start, and before a start of a new version']],
  });
}
