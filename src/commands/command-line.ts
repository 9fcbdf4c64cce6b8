import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { errorMessage } from '../errors.ts';
import { CommandError, ConfigurationError, EXIT } from './command-error.ts';
import { type ActionOf, addCommands, explain } from './commands.ts';
import { someText } from './flag-values.ts';
import { HOMEPAGE, npmAdvice, PROGRAM_NAME, readBuildInfo } from './program.ts';
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

  addCommands(program, actionOf);
  addRulesCommand(program, actionOf);
  explain(
    program,
    `Run ${PROGRAM_NAME} COMMAND --help for the flags of a command. Exit codes: 0 success, 1 failure, 2 invalid flags or configuration. NO_COLOR=1 turns colors off.`,
  );
  program.addHelpText('afterAll', `\nDocumentation:\n  ${HOMEPAGE}`);
  refuseMistakes(program);
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

/** Refuses empty values, and repeated flags: the second value would silently replace the first. */
function refuseMistakes(command: Command): void {
  for (const option of command.options.filter(({ required }) => required)) {
    const { parseArg: parse = someText } = option;
    let isGiven = false;
    option.argParser((text: string, previous) => {
      if (isGiven) throw new InvalidArgumentError('The flag is given twice.');
      isGiven = true;
      return parse(text, previous);
    });
  }
  for (const subcommand of command.commands) refuseMistakes(subcommand);
}
