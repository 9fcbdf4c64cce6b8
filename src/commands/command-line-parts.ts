import { type Command, Help, InvalidArgumentError } from 'commander';
import { CONFIG_FILE_VARIABLE } from '../config/find.ts';
import { someText } from './flag-values.ts';

/** Waits for the exit code of the command that was asked for. */
export type RunCommand = (code: Promise<number>) => Promise<void>;

/** Adds `--config.file`. */
export const withConfigFile = (command: Command): Command =>
  command.option(
    '--config.file <path>',
    `configuration file (default: $${CONFIG_FILE_VARIABLE}, else the file in /etc, else the environment)`,
    someText,
  );

/** Adds a paragraph after the flags of a command, wrapped as they are. */
export function explain(command: Command, paragraph: string): Command {
  return command.addHelpText('after', () => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? 80;
    return `\n${new Help().boxWrap(paragraph, width)}`;
  });
}

/** Makes a flag that is given twice an error: its second value would replace the first in silence. */
export function refuseRepeatedFlags(command: Command): void {
  for (const option of command.options.filter(({ required }) => required)) {
    const parse = option.parseArg;
    let isGiven = false;
    option.argParser((text: string, previous) => {
      if (isGiven) throw new InvalidArgumentError('The flag is given twice.');
      isGiven = true;
      return parse?.(text, previous) ?? text;
    });
  }
  for (const subcommand of command.commands) refuseRepeatedFlags(subcommand);
}
