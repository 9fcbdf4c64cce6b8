import { Command, CommanderError, Option } from 'commander';
import { errorMessage } from '../errors.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../log/pino-log.ts';
import { SERVICES } from '../services/index.ts';
import { CommandError, ConfigurationError, EXIT } from './command-error.ts';
import { addBackfillCommand } from './command-line-backfill.ts';
import { addBackupsCommands } from './command-line-backups.ts';
import { type ActionOf, explain, refuseRepeatedFlags, withConfigFile } from './command-line-parts.ts';
import {
  commandPrefix,
  factor,
  grafanaUrl,
  listenAddress,
  someText,
  telemetryPath,
  wholeNumber,
} from './flag-values.ts';
import { npmAdvice, PROGRAM_NAME, readBuildInfo } from './program.ts';
import { addRulesCommand } from './rules.ts';
import { print, type Terminal } from './terminal.ts';
import { visible } from './text-table.ts';

/** Runs the command of the arguments; resolves with its exit code, never rejects. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.done;
  const actionOf: ActionOf = (load) => async (flags) => {
    const command = await load();
    exitCode = await command(flags, terminal);
  };
  let help = '';
  const writeHelp = (text: string): void => {
    help += text;
  };
  const fail = (error: unknown): void => {
    exitCode = report(error, terminal);
  };
  await createProgram(terminal, actionOf, writeHelp)
    .parseAsync(isServing(args) ? ['serve', ...args] : args, { from: 'user' })
    .catch(fail);
  if (help !== '') await print(terminal, help).catch(fail);
  return exitCode;
}

/** Whether there is no command, only flags; help and version belong to the program itself. */
const isServing = ([first = '--']: readonly string[]): boolean =>
  first.startsWith('-') && !['-h', '--help', '-V', '--version'].includes(first);

/** Reports why a command failed; returns its exit code. */
function report(error: unknown, terminal: Terminal): number {
  // Commander has printed it; shown help and the version are errors to it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof ConfigurationError) {
    terminal.writeError(`${error.message}\n`);
    return EXIT.usage;
  }
  terminal.writeError(`${PROGRAM_NAME}: ${errorMessage(error)}\n`);
  return error instanceof CommandError ? error.exitCode : EXIT.failed;
}

function createProgram(terminal: Terminal, actionOf: ActionOf, writeHelp: (text: string) => void): Command {
  const { version, revision, nodeVersion } = readBuildInfo(terminal.environment);
  const program = new Command(PROGRAM_NAME)
    .description('Exports the state of Huawei Cloud backups as Prometheus metrics.')
    .version(
      `${PROGRAM_NAME} ${version} (revision ${revision}, node ${nodeVersion})`,
      '-V, --version',
      'print the version',
    )
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ minWidthToWrap: 20 })
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: writeHelp,
      writeErr: terminal.writeError,
      outputError: (text) =>
        terminal.writeError(`${PROGRAM_NAME}: ${oneLine(text) + excessAdvice(text, terminal)}\n`),
      getOutHelpWidth: () => terminal.outputWidth ?? HELP_WIDTH,
      getErrHelpWidth: () => terminal.errorWidth ?? HELP_WIDTH,
    });

  withServeFlags(withConfigFile(program.command('serve')))
    .description('poll the backups and serve metrics (default)')
    .action(actionOf(() => import('./run-exporter.ts').then(({ serve }) => serve)));
  addDemoCommand(program, actionOf);
  addCheckCommand(program, actionOf);
  addBackupsCommands(program, actionOf);
  addBackfillCommand(program, actionOf);
  addRulesCommand(program, actionOf);
  explain(
    program,
    `Run ${PROGRAM_NAME} COMMAND --help for the flags of a command. Exit codes: 0 success, 1 failure, 2 invalid flags or configuration. NO_COLOR=1 turns colors off.`,
  );
  refuseRepeatedFlags(program);
  return program;
}

const HELP_WIDTH = 80;

/** Turns `error: unknown option '--jsn'\n(Did you mean --json?)\n` into one line that is safe for a terminal. */
const oneLine = (text: string): string =>
  visible(
    text
      .trim()
      .replace(/^error: /, '')
      .replaceAll(/\s*\n\s*/g, ' '),
  );

/** If npm swallowed the names of flags, only their values arrive. */
const excessAdvice = (text: string, { environment }: Terminal): string =>
  text.startsWith('error: too many arguments') ? npmAdvice(environment) : '';

function addDemoCommand(program: Command, actionOf: ActionOf): void {
  const command = withServeFlags(program.command('demo')).description(
    'serve a simulated cloud: no account, configuration or network needed',
  );
  const counts: string[] = [];
  for (const { type, resource, demo } of SERVICES) {
    if (demo === undefined) continue;
    const about = `simulated ${resource.many} of ${type}, at most 10000`;
    command.option(`--demo.${demo.flag} <count>`, about, wholeNumber(0, 10_000), demo.count);
    counts.push(`demo.${demo.flag}`);
  }
  command
    .option(
      '--demo.others <count>',
      'simulated resources of each other service, at most 10000',
      wholeNumber(0, 10_000),
      0,
    )
    .option('--demo.seed <number>', 'seed of the simulation', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option(
      '--demo.speed <factor>',
      'divides schedules, durations, objectives and the poll interval',
      factor,
      1,
    )
    .option(
      '--demo.config-file <path>',
      'write a configuration that lets other commands use the simulated cloud',
      someText,
    )
    .addOption(
      new Option('--replay <file>', 'serve a recorded cloud (check --record) as if it had been recorded now')
        .argParser(someText)
        .conflicts([...counts, 'demo.others', 'demo.seed', 'demo.speed']),
    )
    .action(actionOf(() => import('./demo.ts').then(({ demo }) => demo)));
}

function addCheckCommand(program: Command, actionOf: ActionOf): void {
  const check = withConfigFile(program.command('check'))
    .summary('check the configuration, credentials, permissions and backups')
    .description(
      'Check the configuration, credentials, permissions and backups: sign in and read each list once, as a poll does.',
    )
    .option('--project <name>', 'only this project, by its name in the configuration', someText)
    .option('--offline', 'only check the configuration, without contacting the cloud')
    .option('--strict', 'also fail if a resource is outside its objective')
    .option('--json', 'print JSON; keys in docs/check-json.md')
    .option(
      '--record <file>',
      'also write what the APIs return to a new file, redacted, as evidence for a bug report (docs/evidence.md)',
      someText,
    )
    .action(actionOf(() => import('./check/check.ts').then((module) => module.check)));
  explain(check, 'Exit codes: 0 all checks passed, 1 a check failed, 2 invalid flags or configuration.');
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
      someText,
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
    .option('--state.file <path>', 'file that keeps counters and known resources across restarts', someText)
    .option('--shard <ordinal>', 'poll only the projects of this shard, from 0', wholeNumber(0, 999), 0)
    .option('--total-shards <count>', 'number of shards that share the projects', wholeNumber(1, 1000), 1)
    .addOption(
      new Option('--log.level <level>', 'least severe log level').choices(LOG_LEVELS).default('info'),
    )
    .addOption(new Option('--log.format <format>', 'log format').choices(LOG_FORMATS).default('logfmt'));
}
