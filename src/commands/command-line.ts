import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readDuration } from '../config/duration.ts';
import { BACKUP_STATES } from '../domain/backup.ts';
import { type Seconds, seconds, unixSeconds } from '../domain/quantities.ts';
import { SERVICE_TYPES } from '../domain/service.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../log/pino-log.ts';
import { parseListenAddress } from '../web/doors/listen-address.ts';
import { RESERVED_PATHS } from '../web/reserved-paths.ts';
import { PROGRAM_NAME, readBuildInfo } from './build.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type {
  BackfillFlags,
  BackupsCreateFlags,
  BackupsExportFlags,
  BackupsListFlags,
  CheckFlags,
  DemoFlags,
  MomentFlag,
  ServeFlags,
} from './flags.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command that the arguments ask for; resolves with its exit code, never rejects. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.done;
  const run = async (code: Promise<number>): Promise<void> => {
    exitCode = await code;
  };
  const program = createProgram(terminal, run);
  const [first = ''] = args;
  const commands = program.commands.map((command) => command.name());
  if (first !== '' && !first.startsWith('-') && !commands.includes(first)) {
    terminal.writeError(`${PROGRAM_NAME}: unknown command '${first}'; allowed: ${commands.join(', ')}\n`);
    return EXIT.usage;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    terminal.writeError(`${PROGRAM_NAME}: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.failed;
  }
}

type Run = (code: Promise<number>) => Promise<void>;

function createProgram(terminal: Terminal, run: Run): Command {
  const build = readBuildInfo(terminal.environment);
  const program = new Command(PROGRAM_NAME)
    .description(
      'Serves the state of the backups of Huawei Cloud graphs (GES) and MySQL databases (GaussDB for MySQL) as Prometheus metrics.',
    )
    .version(
      `${PROGRAM_NAME} ${build.version} (revision ${build.revision}, node ${build.nodeVersion})`,
      '--version',
      'print the version',
    )
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addHelpText(
      'after',
      `\nWithout a command it serves. The flags of a command: ${PROGRAM_NAME} serve --help`,
    )
    .showSuggestionAfterError()
    .showHelpAfterError(`Try: ${PROGRAM_NAME} --help`)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      outputError: (text, write) => write(text.replace(/^error: /, `${PROGRAM_NAME}: `)),
    });

  withServeFlags(program.command('serve', { isDefault: true }))
    .description('poll the backups and serve them (what runs without a command)')
    .addOption(configFileOption())
    .action((flags: ServeFlags) => run(import('./serve.ts').then(({ serve }) => serve(flags, terminal))));

  withServeFlags(program.command('demo'))
    .description('serve a simulated cloud: no account, no file, no network')
    .option('--demo.graphs <count>', 'graphs in the simulated cloud, up to 10000', wholeNumber(0, 10_000), 12)
    .option('--demo.instances <count>', 'database instances in it, up to 10000', wholeNumber(0, 10_000), 6)
    .option('--demo.seed <number>', 'what its life follows from', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option(
      '--demo.speed <factor>',
      'divides schedules, durations, objectives and the poll interval',
      positiveNumber,
      1,
    )
    .action((flags: DemoFlags) => run(import('./demo.ts').then(({ demo }) => demo(flags, terminal))));

  program
    .command('check')
    .description('examine the configuration, the credentials, the permissions and the backups')
    .addOption(configFileOption())
    .option('--offline', 'check the configuration alone')
    .option('--strict', 'fail also when a resource is outside of its objective')
    .option('--json', 'print JSON')
    .action((flags: CheckFlags) =>
      run(import('./check/check.ts').then(({ check }) => check(flags, terminal))),
    );

  addBackupsCommands(program, terminal, run);
  return program;
}

function addBackupsCommands(program: Command, terminal: Terminal, run: Run): void {
  const backups = program
    .command('backups')
    .description('see the backups, start one, copy one to OBS')
    .helpCommand(false);

  withPlaceFlags(backups.command('list'))
    .description('list the backups, newest first')
    .option('--resource <id or name>', 'of this graph or instance alone')
    .addOption(new Option('--state <state>', 'in this state alone').choices(BACKUP_STATES))
    .option('--method <method>', 'started in this way alone: auto, manual')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000))
    .action((flags: BackupsListFlags) =>
      run(import('./backups/list.ts').then(({ listCommand }) => listCommand(flags, terminal))),
    );

  withChangeFlags(withPlaceFlags(backups.command('create')))
    .description('start a backup of a graph or instance')
    .requiredOption('--resource <id or name>', 'the graph or instance')
    .action((flags: BackupsCreateFlags) =>
      run(import('./backups/create.ts').then(({ createCommand }) => createCommand(flags, terminal))),
    );

  withChangeFlags(withPlaceFlags(backups.command('export')))
    .description('copy a good backup of a graph to OBS')
    .requiredOption('--backup <id>', 'the backup, or "latest" for the newest good one')
    .requiredOption('--to <path>', 'bucket and folder in OBS: my-bucket/backups/', obsPath)
    .option('--resource <id or name>', 'the graph; needed for "latest"')
    .action((flags: BackupsExportFlags) =>
      run(import('./backups/export.ts').then(({ exportCommand }) => exportCommand(flags, terminal))),
    );

  program
    .command('backfill')
    .description(
      'write the past that the services can still tell of, as OpenMetrics for\npromtool tsdb create-blocks-from openmetrics',
    )
    .addOption(configFileOption())
    .addOption(
      new Option('--since <time>', 'from when on: so long ago, or a time such as 2026-01-31T00:00:00Z')
        .argParser(moment)
        .default(moment('30d'), '30d'),
    )
    .addOption(
      new Option('--until <time>', 'until when: now, so long ago, or a time')
        .argParser(moment)
        .default(moment('now'), 'now'),
    )
    .addOption(
      new Option('--step <duration>', 'time between two samples')
        .argParser(duration)
        .default(seconds(240), '4m'),
    )
    .option('--job <name>', 'label job of the live series', 'huaweicloud-backup-exporter')
    .option('--instance <name>', 'label instance of the live series', 'localhost:10045')
    .option('--output <file>', 'write to this file instead of standard output')
    .addHelpText('after', BACKFILL_LIMITS)
    .action((flags: BackfillFlags) =>
      run(import('./backfill.ts').then(({ backfill }) => backfill(flags, terminal))),
    );
}

const BACKFILL_LIMITS = `
Backups that a service has pruned are not known any more. The past of a resource therefore begins with its oldest
automatic backup that is left. How many backups there were, how large they were together and how old the oldest was
is not written, nor what the exporter would have counted. Backups that someone deleted by hand in between are missing
as if they had never been.
`;

function withPlaceFlags(command: Command): Command {
  return command
    .addOption(configFileOption())
    .option('--project <name>', 'in this project alone, by its name in the configuration')
    .addOption(new Option('--service <type>', 'of this service alone').choices(SERVICE_TYPES))
    .option('--json', 'print JSON');
}

function withChangeFlags(command: Command): Command {
  return command
    .option('--yes', 'do not ask')
    .option('--dry-run', 'show the call and send nothing that changes anything')
    .option('--wait', 'wait until it has ended; fail unless it ended well')
    .addOption(
      new Option('--wait-timeout <duration>', 'wait no longer than this')
        .argParser(duration)
        .default(seconds(7200), '2h'),
    );
}

function duration(text: string): Seconds {
  const reading = readDuration(text);
  if (!reading.ok || reading.value <= 0)
    throw new InvalidArgumentError('A duration such as 90s, 5m or 1h30m is allowed.');
  return reading.value;
}

function moment(text: string): MomentFlag {
  if (text === 'now') return (now) => now;
  const ago = readDuration(text);
  if (ago.ok) return (now) => unixSeconds(now - ago.value);
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError(
      '"now", a duration such as 30d, or a time such as 2026-01-31T00:00:00Z is allowed.',
    );
  return () => unixSeconds(time / 1000);
}

function obsPath(text: string): string {
  const [bucket = '', ...folders] = text.replace(/^obs:\/\//, '').split('/');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new InvalidArgumentError(
      'A bucket name of 3 to 63 lower-case letters, digits, "." and "-" must come first: my-bucket/backups/.',
    );
  }
  const last = folders.at(-1) === '' ? folders.slice(0, -1) : folders;
  if (last.some((folder) => folder === '' || folder === '.' || folder === '..' || /\p{C}/u.test(folder))) {
    throw new InvalidArgumentError('The folders after the bucket must have names: my-bucket/backups/2026/.');
  }
  return text;
}

function configFileOption(): Option {
  return new Option(
    '--config.file <path>',
    'configuration file; without one, one project from the environment',
  );
}

function withServeFlags(command: Command): Command {
  return command
    .option(
      '--web.listen-address <address>',
      'where to listen: ":10045", "host:port", "[::1]:port", port 0 for a free one',
      listenAddress,
      ':10045',
    )
    .option('--web.telemetry-path <path>', 'path of the metrics', telemetryPath, '/metrics')
    .option(
      '--web.config.file <path>',
      'TLS and basic auth, in the format of the Prometheus exporter-toolkit',
    )
    .option('--web.enable-lifecycle', 'open POST /-/reload', false)
    .option('--state.file <path>', 'keep counters and known resources over restarts in this file')
    .addOption(
      new Option('--log.level <level>', 'least severe lines to log').choices(LOG_LEVELS).default('info'),
    )
    .addOption(
      new Option('--log.format <format>', 'format of log lines').choices(LOG_FORMATS).default('logfmt'),
    );
}

function listenAddress(text: string): string {
  try {
    parseListenAddress(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function telemetryPath(text: string): string {
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(text)) {
    throw new InvalidArgumentError(
      'A path such as /metrics is allowed: letters, digits, ".", "_", "~" and "-" between slashes.',
    );
  }
  if (RESERVED_PATHS.some((path) => text === path || text.startsWith(`${path}/`)))
    throw new InvalidArgumentError('Something else is served there.');
  return text;
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new InvalidArgumentError(`A whole number from ${least} to ${most} is allowed.`);
    }
    return number;
  };

function positiveNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 100_000))
    throw new InvalidArgumentError('A number above 0, up to 100000, is allowed.');
  return number;
}
