import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LOG_FORMATS, LOG_LEVELS } from '../log/pino-log.ts';
import { parseListenAddress } from '../web/doors/listen-address.ts';
import { RESERVED_PATHS } from '../web/reserved-paths.ts';
import { PROGRAM_NAME, readBuildInfo } from './build.ts';
import { EXIT } from './exit-codes.ts';
import type { CheckFlags, DemoFlags, ServeFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command that the arguments ask for; resolves with its exit code, never rejects. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.done;
  const run = async (code: Promise<number>): Promise<void> => {
    exitCode = await code;
  };
  const program = createProgram(terminal, run);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    terminal.writeError(`${PROGRAM_NAME}: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
}

type Run = (code: Promise<number>) => Promise<void>;

function createProgram(terminal: Terminal, run: Run): Command {
  const build = readBuildInfo(terminal.environment);
  const program = new Command(PROGRAM_NAME)
    .description(
      'Serves the state of the backups of Huawei Cloud graphs (GES) and MySQL databases (GaussDB for MySQL)\nas Prometheus metrics.',
    )
    .version(
      `${PROGRAM_NAME} ${build.version} (revision ${build.revision}, node ${build.nodeVersion})`,
      '--version',
      'print the version',
    )
    .helpOption('--help', 'print this help')
    .helpCommand(false)
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

  return program;
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
  if (RESERVED_PATHS.includes(text)) throw new InvalidArgumentError('Something else is served there.');
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
