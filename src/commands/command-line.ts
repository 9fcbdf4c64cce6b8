import { Command, CommanderError } from 'commander';
import { LOG_FORMATS, LOG_LEVELS } from '../log/pino-log.ts';
import { PROGRAM_NAME, readBuildInfo } from './build.ts';
import { CommandError, ConfigurationError } from './command-error.ts';
import { addBackfillCommand } from './command-line-backfill.ts';
import { addBackupsCommands } from './command-line-backups.ts';
import { configFileFlag, explain, type RunCommand } from './command-line-parts.ts';
import { type CommandTime, REAL_TIME } from './command-time.ts';
import { EXIT } from './exit-codes.ts';
import {
  choiceFlag,
  factor,
  flag,
  listenAddress,
  someText,
  telemetryPath,
  wholeNumber,
} from './flag-values.ts';
import type { CheckFlags, DemoFlags, ServeFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';
import { usageError } from './usage-error.ts';

/** Runs the command that the arguments ask for; resolves with its exit code, never rejects. */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal,
  time: CommandTime = REAL_TIME,
): Promise<number> {
  let exitCode: number = EXIT.done;
  const run: RunCommand = async (code) => {
    exitCode = await code;
  };
  try {
    const program = createProgram(terminal, time, run);
    refuseUnknownCommand(program, args);
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tellWhy(error, terminal);
  }
}

function tellWhy(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  if (error instanceof ConfigurationError) {
    for (const line of error.lines) terminal.writeError(`${line}\n`);
    return EXIT.usage;
  }
  terminal.writeError(`${PROGRAM_NAME}: ${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof CommandError ? error.exitCode : EXIT.failed;
}

// A word that is no flag would be taken for an argument of the command that runs without a name.
function refuseUnknownCommand(program: Command, [first = '']: readonly string[]): void {
  if (first === '' || first.startsWith('-') || program.commands.some((known) => known.name() === first))
    return;
  throw usageError(program, new CommanderError(EXIT.usage, 'commander.unknownCommand', `'${first}'`));
}

function createProgram(terminal: Terminal, time: CommandTime, run: RunCommand): Command {
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
    .configureHelp({ minWidthToWrap: 20 })
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: terminal.write,
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.outputWidth ?? HELP_WIDTH,
      getOutHasColors: () => false,
    });

  withServeFlags(program.command('serve', { isDefault: true }).addOption(configFileFlag()))
    .description('poll the backups and serve them (what runs without a command)')
    .action((flags: ServeFlags) => run(import('./serve.ts').then(({ serve }) => serve(flags, terminal))));
  addDemoCommand(program, terminal, run);
  addCheckCommand(program, terminal, run);
  addBackupsCommands(program, terminal, time, run);
  addBackfillCommand(program, terminal, time, run);
  program.addHelpText(
    'after',
    `\nWithout a command it serves. The flags of a command:\n  ${PROGRAM_NAME} check --help`,
  );
  explain(program, 'Exit codes: 0 done, 1 refused or failed, 2 wrong flags or configuration.');
  endInUsageErrors(program);
  return program;
}

const HELP_WIDTH = 80;

function endInUsageErrors(command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : usageError(command, error);
  });
  for (const subcommand of command.commands) endInUsageErrors(subcommand);
}

function addDemoCommand(program: Command, terminal: Terminal, run: RunCommand): void {
  withServeFlags(program.command('demo'))
    .description('serve a simulated cloud: no account, no file, no network')
    .addOption(flag('--demo.graphs <count>', 'graphs in it, up to 10000', wholeNumber(0, 10_000)).default(12))
    .addOption(
      flag(
        '--demo.instances <count>',
        'database instances in it, up to 10000',
        wholeNumber(0, 10_000),
      ).default(6),
    )
    .addOption(
      flag(
        '--demo.seed <number>',
        'what its life follows from',
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ).default(1),
    )
    .addOption(
      flag(
        '--demo.speed <factor>',
        'divides schedules, durations, objectives and the poll interval',
        factor,
      ).default(1),
    )
    .action((flags: DemoFlags) => run(import('./demo.ts').then(({ demo }) => demo(flags, terminal))));
}

function addCheckCommand(program: Command, terminal: Terminal, run: RunCommand): void {
  const check = program
    .command('check')
    .summary('examine the configuration, the credentials, the permissions and the backups')
    .description(
      'examine the configuration, the credentials, the permissions and the backups: signs in and reads each list once, as a poll does',
    )
    .addOption(configFileFlag())
    .option('--offline', 'check the configuration alone and ask the cloud nothing')
    .option('--strict', 'fail also when a resource is outside of its objective')
    .option('--json', 'print JSON; its keys are in docs/check-json.md')
    .action((flags: CheckFlags) =>
      run(import('./check/check.ts').then((module) => module.check(flags, terminal))),
    );
  explain(
    check,
    'Exit codes: 0 the exporter can do its work, 1 something keeps it from it, 2 bad configuration.',
  );
}

function withServeFlags(command: Command): Command {
  return command
    .addOption(
      flag(
        '--web.listen-address <address>',
        'where to listen: ":10045", "host:port", "[::1]:port", port 0 for a free one',
        listenAddress,
      ).default(':10045'),
    )
    .addOption(flag('--web.telemetry-path <path>', 'path of the metrics', telemetryPath).default('/metrics'))
    .addOption(
      flag(
        '--web.config.file <path>',
        'TLS and basic auth, in the format of the Prometheus exporter-toolkit',
        someText,
      ),
    )
    .option('--web.enable-lifecycle', 'open POST /-/reload')
    .addOption(
      flag('--state.file <path>', 'keep counters and known resources over restarts in this file', someText),
    )
    .addOption(choiceFlag('--log.level <level>', 'least severe lines to log', LOG_LEVELS).default('info'))
    .addOption(choiceFlag('--log.format <format>', 'format of log lines', LOG_FORMATS).default('logfmt'));
}
