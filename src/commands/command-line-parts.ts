import { type Command, Help, InvalidArgumentError } from 'commander';
import { CONFIG_FILE_VARIABLE } from '../config/find.ts';
import { someText } from './flag-values.ts';
import type { Terminal } from './terminal.ts';

/** Makes the action of a command from what loads its function, which resolves with the exit code. */
export type ActionOf = <Flags>(
  load: () => Promise<(flags: Flags, terminal: Terminal) => Promise<number>>,
) => (flags: Flags) => Promise<void>;

export const withConfigFile = (command: Command): Command =>
  command.option(
    '--config.file <path>',
    `configuration file (default: $${CONFIG_FILE_VARIABLE}, else the file in /etc, else the environment)`,
    someText,
  );

/** Adds a paragraph after the flags of a command, wrapped like them. */
export function explain(command: Command, paragraph: string): Command {
  return command.addHelpText('after', () => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? 80;
    return `\n${new Help().boxWrap(paragraph, width)}`;
  });
}

/** Makes a repeated flag an error: its second value would silently replace the first. */
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
