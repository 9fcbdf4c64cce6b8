import { type Command, Option } from 'commander';
import { BACKUP_STATES } from '../domain/backup.ts';
import { seconds } from '../domain/quantities.ts';
import { SERVICE_TYPES } from '../services/index.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type ActionOf, explain, withConfigFile } from './command-line-parts.ts';
import { durationThat, obsPath, someText, timestamp, wholeNumber } from './flag-values.ts';
import { PROGRAM_NAME } from './program.ts';

export function addBackupsCommands(program: Command, actionOf: ActionOf): void {
  const backups = program.command('backups').description('list, start and export backups');
  explain(backups, `Run ${PROGRAM_NAME} backups COMMAND --help for the flags of a command.`);

  const list = backups
    .command('list')
    .description('list backups, newest first')
    .option(RESOURCE, 'only backups of this resource', someText)
    .addOption(new Option('--state <state>', 'only backups in this state').choices(BACKUP_STATES))
    .option('--method <method>', 'only backups started this way: auto, manual, …', someText)
    .option(
      '--since <time>',
      'only backups started since: a duration before now such as 7d, or a timestamp',
      timestamp,
    )
    .option('--limit <count>', 'at most this many', wholeNumber(1, 1_000_000))
    .option('--json', 'print one JSON object per line; keys in docs/backups-json.md')
    .action(actionOf(() => import('./backups/list.ts').then((module) => module.list)));
  withServiceFlags(list);

  const create = backups
    .command('create')
    .summary('start a backup')
    .description(`Start a backup of a resource. ${NOT_RETRIED}`)
    .requiredOption(RESOURCE, 'the resource to back up', someText)
    .action(actionOf(() => import('./backups/change.ts').then((module) => module.create)));
  withServiceFlags(withChangeFlags(create));
  create.addHelpText('after', `\nExample:\n  ${PROGRAM_NAME} backups create --resource orders --wait`);

  const exporting = backups
    .command('export')
    .summary('copy a successful backup to OBS')
    .description(`Copy a successful backup to OBS. ${NOT_RETRIED}`)
    .requiredOption('--backup <id>', 'the backup, or "latest" for the newest successful one', someText)
    .requiredOption('--to <obs-path>', 'bucket and folder in OBS, such as my-bucket/backups/', obsPath)
    .option(RESOURCE, 'its resource; required for "latest"', someText)
    .action(actionOf(() => import('./backups/change.ts').then((module) => module.exportTo)));
  withServiceFlags(withChangeFlags(exporting));
  exporting.addHelpText(
    'after',
    `\nExample:\n  ${PROGRAM_NAME} backups export --resource orders \\\n    --backup latest --to my-bucket/backups/`,
  );

  const wait = backups
    .command('wait')
    .summary('wait for a backup or export that was started earlier')
    .description('Wait for a job or backup that was started earlier; fail unless it succeeds.')
    .requiredOption(RESOURCE, 'its resource', someText)
    .option('--job <id>', 'the job id that create or export printed', someText)
    .option('--backup <id>', 'the backup id', someText)
    .option('--json', 'print a JSON object when it has finished; keys in docs/backups-json.md')
    .action(actionOf(() => import('./backups/wait.ts').then((module) => module.wait)));
  withServiceFlags(withWaitTimeout(wait));
}

const RESOURCE = '--resource <id or name>';
const NOT_RETRIED = 'The request is not retried if its response is lost.';

function withServiceFlags(command: Command): Command {
  return withConfigFile(command)
    .option('--project <name>', 'only this project, by its name in the configuration', someText)
    .addOption(new Option('--service <type>', 'only this service').choices(SERVICE_TYPES));
}

function withChangeFlags(command: Command): Command {
  return withWaitTimeout(command.option('--wait', 'wait until it has finished; fail unless it succeeds'))
    .option('--dry-run', 'print the request without sending it')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .option(
      '--json',
      'print a JSON object when it has started and one when it has finished; keys in docs/backups-json.md',
    )
    .hook('preAction', refuseTimeoutWithoutWait);
}

// A user who sets a timeout expects the command to wait.
function refuseTimeoutWithoutWait(command: Command): void {
  const isTyped = command.getOptionValueSource('waitTimeout') === 'cli';
  if (!isTyped || command.getOptionValue('wait') === true) return;
  throw new CommandError('--wait-timeout needs --wait', EXIT.usage);
}

const withWaitTimeout = (command: Command): Command =>
  command.addOption(
    new Option('--wait-timeout <duration>', 'stop waiting after this long')
      .argParser(
        durationThat((length) => length >= 1, 'Expected a duration of at least 1s, such as 90s, 30m or 2h.'),
      )
      .default(seconds(7200), '2h'),
  );
