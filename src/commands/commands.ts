import { type Command, Help, Option } from 'commander';
import { STANDARD_CONFIG_FILE } from '../config/environment.ts';
import { CONFIG_FILE_VARIABLE } from '../config/find.ts';
import { BACKUP_STATES } from '../domain/backup.ts';
import { seconds } from '../domain/quantities.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../log/pino-log.ts';
import { SERVICE_TYPES, SERVICES } from '../services/index.ts';
import { CommandError, EXIT } from './command-error.ts';
import {
  commandPrefix,
  factor,
  grafanaUrl,
  integer,
  listenAddress,
  obsPath,
  telemetryPath,
  timestamp,
  waitTimeout,
  wholeSeconds,
} from './flag-values.ts';
import { PROGRAM_NAME } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Makes the action of a command from what loads its function, which resolves with the exit code. */
export type ActionOf = <Flags>(
  load: () => Promise<(flags: Flags, terminal: Terminal) => Promise<number>>,
) => (flags: Flags) => Promise<void>;

export function addCommands(program: Command, actionOf: ActionOf): void {
  withServeFlags(withConfigFile(program.command('serve')))
    .summary('poll the backups and serve metrics (default)')
    .description('Poll the backups and serve metrics. This is the default command.')
    .action(actionOf(() => import('./run-exporter.ts').then(({ serve }) => serve)));
  addDemoCommand(program, actionOf);
  addCheckCommand(program, actionOf);
  addBackupsCommands(program, actionOf);
  addBackfillCommand(program, actionOf);
}

function withServeFlags(command: Command): Command {
  return command
    .option(
      '--web.listen-address <address>',
      'address to listen on: ":10045", "host:port", "[::1]:port"; port 0 for a free one',
      listenAddress,
      ':10045',
    )
    .option('--web.telemetry-path <path>', 'path of the metrics', telemetryPath, '/metrics')
    .option(
      '--web.config.file <path>',
      'TLS and basic auth, in the format of the Prometheus exporter-toolkit',
    )
    .option('--web.enable-lifecycle', 'enable POST /-/reload')
    .option(
      '--web.external-dashboard-url <url>',
      'address of Grafana; without it the status page links to no dashboard',
      grafanaUrl,
    )
    .option(
      '--command-prefix <command>',
      `what to put before ${PROGRAM_NAME} in the commands on the status page, such as "kubectl exec deploy/NAME --"`,
      commandPrefix,
    )
    .option('--state.file <path>', 'file that keeps counters and known resources across restarts')
    .option('--shard <ordinal>', 'poll only the projects of this shard, from 0', integer(0, 999), 0)
    .option('--total-shards <count>', 'number of shards that share the projects', integer(1, 1000), 1)
    .addOption(
      new Option('--log.level <level>', 'least severe log level').choices(LOG_LEVELS).default('info'),
    )
    .addOption(new Option('--log.format <format>', 'log format').choices(LOG_FORMATS).default('logfmt'));
}

function addDemoCommand(program: Command, actionOf: ActionOf): void {
  const command = withServeFlags(program.command('demo'))
    .summary('serve a simulated cloud: no account, configuration or network needed')
    .description('Serve a simulated cloud: no account, configuration or network needed.');
  const count = integer(0, 10_000);
  const own = SERVICES.flatMap(({ type, resource, demo }) => (demo ? [{ type, resource, ...demo }] : []));
  for (const { type, resource, flag, count: usual } of own) {
    const about = `simulated ${resource.many} of ${type}, at most 10000`;
    command.option(`--demo.${flag} <count>`, about, count, usual);
  }
  const simulated = [...own.map(({ flag }) => flag), 'others', 'seed', 'speed'].map((flag) => `demo.${flag}`);
  command
    .option('--demo.others <count>', 'simulated resources of each other service, at most 10000', count, 0)
    .option('--demo.seed <number>', 'seed of the simulation', integer(0, Number.MAX_SAFE_INTEGER), 1)
    .option(
      '--demo.speed <factor>',
      'divides schedules, durations, objectives and the poll interval',
      factor,
      1,
    )
    .option(
      '--demo.config-file <path>',
      'write a configuration that lets other commands use the simulated cloud',
    )
    .addOption(
      new Option(
        '--replay <file>',
        'serve a recorded cloud (check --record) as if it had been recorded now',
      ).conflicts(simulated),
    )
    .action(actionOf(() => import('./demo.ts').then(({ demo }) => demo)));
}

function addCheckCommand(program: Command, actionOf: ActionOf): void {
  const check = withConfigFile(program.command('check'))
    .summary('check the configuration, credentials, permissions and backups')
    .description(
      'Check the configuration, credentials, permissions and backups: sign in and read each list once, as a poll does.',
    )
    .option('--project <name>', ONE_PROJECT)
    .option('--offline', 'only check the configuration, without contacting the cloud')
    .option('--strict', 'also fail if a resource is outside its objective')
    .option('--json', 'print JSON; keys in docs/check-json.md')
    .option(
      '--record <file>',
      'also write what the APIs return to a new file, redacted, as evidence for a bug report (docs/evidence.md)',
    )
    .action(actionOf(() => import('./check/check.ts').then((module) => module.check)));
  explain(check, 'Exit codes: 0 all checks passed, 1 a check failed, 2 invalid flags or configuration.');
}

function addBackupsCommands(program: Command, actionOf: ActionOf): void {
  const backups = program
    .command('backups')
    .summary('list, start and export backups')
    .description('List, start and export backups.');
  explain(backups, `Run ${PROGRAM_NAME} backups COMMAND --help for the flags of a command.`);

  const list = backups
    .command('list')
    .summary('list backups, newest first')
    .description('List backups, newest first.')
    .option(RESOURCE, 'only backups of this resource')
    .addOption(new Option('--state <state>', 'only backups in this state').choices(BACKUP_STATES))
    .option('--method <method>', 'only backups started this way: auto, manual, …')
    .option(
      '--since <time>',
      'only backups started since: a duration before now such as 7d, or a timestamp',
      timestamp,
    )
    .option('--limit <count>', 'at most this many', integer(1, 1_000_000))
    .option('--json', 'print one JSON object per line; keys in docs/backups-json.md')
    .action(actionOf(() => import('./backups/list.ts').then((module) => module.list)));
  withServiceFlags(list);

  const create = backups
    .command('create')
    .summary('start a backup')
    .description(`Start a backup of a resource. ${NOT_RETRIED}`)
    .requiredOption(RESOURCE, 'the resource to back up')
    .action(actionOf(() => import('./backups/change.ts').then((module) => module.create)));
  withServiceFlags(withChangeFlags(create));
  create.addHelpText('after', `\nExample:\n  ${PROGRAM_NAME} backups create --resource orders --wait`);

  const exporting = backups
    .command('export')
    .summary('copy a successful backup to OBS')
    .description(`Copy a successful backup to OBS. ${NOT_RETRIED}`)
    .requiredOption('--backup <id>', 'the backup, or "latest" for the newest successful one')
    .requiredOption('--to <obs-path>', 'bucket and folder in OBS, such as my-bucket/backups/', obsPath)
    .option(RESOURCE, 'its resource; required for "latest"')
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
    .requiredOption(RESOURCE, 'its resource')
    .option('--job <id>', 'the job id that create or export printed')
    .option('--backup <id>', 'the backup id')
    .option('--json', 'print a JSON object when it has finished; keys in docs/backups-json.md')
    .action(actionOf(() => import('./backups/wait.ts').then((module) => module.wait)));
  withServiceFlags(withWaitTimeout(wait));
}

const ONE_PROJECT = 'only this project, by its name in the configuration';
const RESOURCE = '--resource <id or name>';
const NOT_RETRIED = 'The request is not retried if its response is lost.';

const withServiceFlags = (command: Command): Command =>
  withConfigFile(command)
    .option('--project <name>', ONE_PROJECT)
    .addOption(new Option('--service <type>', 'only this service').choices(SERVICE_TYPES));

function withChangeFlags(command: Command): Command {
  return withWaitTimeout(command.option('--wait', 'wait until it has finished; fail unless it succeeds'))
    .option('--dry-run', 'print the request without sending it')
    .option('--yes', 'do not ask for confirmation; required without a terminal')
    .option(
      '--json',
      'print a JSON object when it has started and one when it has finished; keys in docs/backups-json.md',
    )
    .hook('preAction', () => {
      // A user who sets a timeout expects the command to wait.
      const isTyped = command.getOptionValueSource('waitTimeout') === 'cli';
      if (!isTyped || command.getOptionValue('wait') === true) return;
      throw new CommandError('--wait-timeout needs --wait', EXIT.usage);
    });
}

const withWaitTimeout = (command: Command): Command =>
  command.addOption(
    new Option('--wait-timeout <duration>', 'stop waiting after this long')
      .argParser(waitTimeout)
      .default(seconds(7200), '2h'),
  );

function addBackfillCommand(program: Command, actionOf: ActionOf): void {
  withConfigFile(program.command('backfill'))
    .summary('export historical samples as OpenMetrics')
    .description(
      'Export the samples that the exporter would have served in the past, as far as the listed backups show, as OpenMetrics for promtool tsdb create-blocks-from openmetrics.',
    )
    .addOption(
      new Option(
        '--since <time>',
        'start: a duration before now, or a timestamp such as 2026-01-31T00:00:00Z',
      )
        .argParser(timestamp)
        .default(timestamp('30d'), '30d'),
    )
    .addOption(
      new Option('--until <time>', 'end: now, a duration before now, or a timestamp')
        .argParser(timestamp)
        .default(timestamp('now'), 'now'),
    )
    .addOption(
      new Option('--step <duration>', 'interval between samples; graphs have gaps above 5m')
        .argParser(wholeSeconds)
        .default(seconds(240), '4m'),
    )
    .option('--job <name>', 'job label of the live series', 'huaweicloud-backup-exporter')
    .option('--instance <name>', 'instance label of the live series', 'localhost:10045')
    .option('--output <file>', 'write to this file, replacing it if it exists, instead of standard output')
    .addHelpText('after', AFTER_BACKFILL_HELP)
    .action(actionOf(() => import('./backfill.ts').then(({ backfill }) => backfill)));
}

const AFTER_BACKFILL_HELP = `
Import into Prometheus:
  ${PROGRAM_NAME} backfill --config.file config.yml \\
    --until 3h --instance exporter.example:10045 --output past.om
  promtool tsdb create-blocks-from openmetrics \\
    --max-block-duration=24h past.om /var/lib/prometheus

Use the job and instance labels of the live series, so that the two join up.
A running Prometheus may not have written its last three hours yet, hence
--until 3h. promtool reads the file once per block, hence blocks of a day.
Importing the same samples twice is harmless. Expect over 1 MB of text per
resource and day.

Only what is known is exported:
- Services delete old automatic backups. Assumption: the oldest are deleted
  first, separately for successful and other backups. Nothing is exported for
  the time before the oldest one left, or that depends on deleted ones.
- The number of stored backups, their total size, the oldest backup and the
  counters are never exported.
- The objective is exported only while the newest successful backup is known,
  and never for deleted resources; engine versions only while all backups name
  today's.
Manually deleted backups leave no trace. Names, objectives and the selection
of resources are today's.`;

const withConfigFile = (command: Command): Command =>
  explain(
    command.option('--config.file <path>', 'configuration file'),
    `Without --config.file, the configuration is the file named by ${CONFIG_FILE_VARIABLE}, else ${STANDARD_CONFIG_FILE} if it exists, else the environment.`,
  );

/** Adds a paragraph after the flags of a command, wrapped like them. */
export function explain(command: Command, paragraph: string): Command {
  return command.addHelpText('after', () => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? 80;
    return `\n${new Help().boxWrap(paragraph, width)}`;
  });
}
