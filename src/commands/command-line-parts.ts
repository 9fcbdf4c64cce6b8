import { type Command, Help, type Option } from 'commander';
import { flag, someText } from './flag-values.ts';

/** Waits for the exit code of the command that was asked for. */
export type RunCommand = (code: Promise<number>) => Promise<void>;

/** `--config.file`. */
export const configFileFlag = (): Option =>
  flag('--config.file <path>', 'configuration file; without one, one project from the environment', someText);

/** Adds a paragraph after the flags of a command, wrapped as they are. */
export function explain(command: Command, paragraph: string): Command {
  return command.addHelpText('after', () => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? 80;
    return `\n${new Help().boxWrap(paragraph, width)}`;
  });
}
