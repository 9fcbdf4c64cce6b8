import type { Command, Option } from 'commander';
import { BACKUP_STATES } from '../domain/backup.ts';
import { seconds } from '../domain/quantities.ts';
import { SERVICE_TYPES } from '../domain/service.ts';
import { PROGRAM_NAME } from './build.ts';
import { CommandError } from './command-error.ts';
import { configFileFlag, explain, type RunCommand } from './command-line-parts.ts';
import type { CommandTime } from './command-time.ts';
import { EXIT } from './exit-codes.ts';
import { choiceFlag, durationOf, flag, obsPath, someText, wholeNumber } from './flag-values.ts';
import type { BackupsCreateFlags, BackupsExportFlags, BackupsListFlags, BackupsWaitFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** Adds `backups list`, `create`, `export` and `wait`. */
export function addBackupsCommands(
  program: Command,
  terminal: Terminal,
  time: CommandTime,
  run: RunCommand,
): void {
  const backups = program
    .command('backups')
    .description('see the backups, start one, copy one to OBS')
    .helpCommand(false);
  explain(backups, `The flags of a command: ${PROGRAM_NAME} backups create --help`);
  addListCommand(backups, terminal, run);
  addCreateCommand(backups, terminal, time, run);
  addExportCommand(backups, terminal, time, run);
  addWaitCommand(backups, terminal, time, run);
}

function addListCommand(backups: Command, terminal: Terminal, run: RunCommand): void {
  const list = backups
    .command('list')
    .description('list the backups, newest first')
    .addOption(resourceFlag('of this graph or instance alone'))
    .addOption(choiceFlag('--state <state>', 'in this state alone', BACKUP_STATES))
    .addOption(flag('--method <method>', 'started in this way alone: auto, manual, …', someText))
    .addOption(flag('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000)))
    .option('--json', 'print a JSON object for each backup, one a line; keys in docs/backups-json.md')
    .action((flags: BackupsListFlags) =>
      run(import('./backups/list.ts').then(({ listCommand }) => listCommand(flags, terminal))),
    );
  withPlaceFlags(list);
}

function addCreateCommand(backups: Command, terminal: Terminal, time: CommandTime, run: RunCommand): void {
  const create = backups
    .command('create')
    .summary('start a backup of a graph or instance')
    .description(`start a backup of a graph or instance; ${SENT_ONCE}`)
    .addOption(resourceFlag('the graph or instance').makeOptionMandatory())
    .action((flags: BackupsCreateFlags) => {
      refuseTimeoutWithoutWait(create);
      return run(
        import('./backups/create.ts').then(({ createCommand }) => createCommand(flags, terminal, time)),
      );
    });
  withPlaceFlags(withChangeFlags(create));
  create.addHelpText('after', `\nExample:\n  ${PROGRAM_NAME} backups create --resource orders-graph --wait`);
}

function addExportCommand(backups: Command, terminal: Terminal, time: CommandTime, run: RunCommand): void {
  const exporting = backups
    .command('export')
    .summary('copy a good backup of a graph to OBS')
    .description(`copy a good backup of a graph to OBS; ${SENT_ONCE}`)
    .addOption(
      flag(
        '--backup <id>',
        'the backup, or "latest" for the newest good one',
        someText,
      ).makeOptionMandatory(),
    )
    .addOption(
      flag('--to <obs-path>', 'bucket and folder in OBS: my-bucket/backups/', obsPath).makeOptionMandatory(),
    )
    .addOption(resourceFlag('the graph; needed for "latest"'))
    .action((flags: BackupsExportFlags) => {
      refuseTimeoutWithoutWait(exporting);
      return run(
        import('./backups/export.ts').then(({ exportCommand }) => exportCommand(flags, terminal, time)),
      );
    });
  withPlaceFlags(withChangeFlags(exporting));
  exporting.addHelpText(
    'after',
    `\nExample:\n  ${PROGRAM_NAME} backups export --resource orders-graph \\\n    --backup latest --to my-bucket/backups/`,
  );
}

function addWaitCommand(backups: Command, terminal: Terminal, time: CommandTime, run: RunCommand): void {
  const wait = backups
    .command('wait')
    .summary('go on waiting for what create or export started')
    .description('go on waiting for a job or a backup that was started before; fail unless it ends well')
    .addOption(resourceFlag('its graph or instance').makeOptionMandatory())
    .addOption(flag('--job <id>', 'the job, as create or export of a graph printed it', someText))
    .addOption(flag('--backup <id>', 'the backup', someText))
    .addOption(waitTimeoutFlag())
    .option('--json', 'print a JSON object when it has ended; keys in docs/backups-json.md')
    .action((flags: BackupsWaitFlags) =>
      run(import('./backups/wait-command.ts').then(({ waitCommand }) => waitCommand(flags, terminal, time))),
    );
  withPlaceFlags(wait);
}

const SENT_ONCE = 'sent once and never again, also where the answer is lost';

const resourceFlag = (description: string): Option => flag('--resource <id or name>', description, someText);

function withPlaceFlags(command: Command): Command {
  return command
    .addOption(configFileFlag())
    .addOption(flag('--project <name>', 'in this project alone, by its name in the configuration', someText))
    .addOption(choiceFlag('--service <type>', 'of this service alone', SERVICE_TYPES));
}

function withChangeFlags(command: Command): Command {
  return command
    .option('--wait', 'wait until it has ended, and fail unless it ended well')
    .addOption(waitTimeoutFlag())
    .option('--dry-run', 'show the call and send nothing that changes anything')
    .option('--yes', 'do not ask; needed where there is no terminal to ask on')
    .option(
      '--json',
      'print a JSON object when it was started and one when it has ended; keys in docs/backups-json.md',
    );
}

// Whoever names a limit believes that the command waits.
function refuseTimeoutWithoutWait(command: Command): void {
  const isTyped = command.getOptionValueSource('waitTimeout') === 'cli';
  if (!isTyped || command.getOptionValue('wait') === true) return;
  throw new CommandError(`backups ${command.name()}: --wait-timeout needs --wait`, EXIT.usage);
}

const waitTimeoutFlag = (): Option =>
  flag(
    '--wait-timeout <duration>',
    'wait no longer than this',
    durationOf(seconds(1), 'of at least a second, such as 90s, 30m or 2h,'),
  ).default(seconds(7200), '2h');
