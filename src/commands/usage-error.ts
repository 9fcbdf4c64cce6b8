import type { Command, CommanderError } from 'commander';
import { nearest } from '../config/suggestion.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import { visible } from './text-table.ts';

/** What is wrong with how a command was typed, and what is allowed, as one line. */
export function usageError(command: Command, error: CommanderError): CommandError {
  return new CommandError(`${commandPath(command)}${whatIsWrong(command, error)}`, EXIT.usage);
}

/** `backups list: `; nothing for the program itself. */
function commandPath(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.length === 0 ? '' : `${names.join(' ')}: `;
}

function whatIsWrong(command: Command, error: CommanderError): string {
  const [, named = ''] = /'(.*?)'/s.exec(error.message) ?? [];
  switch (error.code) {
    case 'commander.unknownOption':
      return unknownFlag(named.replace(/=.*/s, ''), flagsOf(command));
    case 'commander.unknownCommand':
      return unknownWord('unknown command', named, commandsOf(command));
    case 'commander.help':
      return `a command is missing; allowed: ${commandsOf(command).join(', ')}`;
    case 'commander.optionMissingArgument':
      return `${named} needs a value`;
    case 'commander.missingMandatoryOptionValue':
      return `${named} is missing`;
    case 'commander.excessArguments':
      return `it takes flags alone; unexpected: ${command.args.map(visible).join(' ')}${resourceAdvice(command)}`;
    default:
      return error.message.replace(/^error: /, '');
  }
}

/** A word without a flag is most often the graph or instance that is meant. */
function resourceAdvice(command: Command): string {
  const [word = '', ...more] = command.args;
  return more.length === 0 && flagsOf(command).includes('--resource')
    ? `; did you mean --resource ${visible(word)}?`
    : '';
}

function unknownFlag(name: string, known: readonly string[]): string {
  return known.includes(name) ? `${name} takes no value` : unknownWord('unknown flag', name, known);
}

function unknownWord(what: string, word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  const advice = meant === undefined ? '' : ` did you mean ${meant}?`;
  return `${what} ${visible(word)};${advice} allowed: ${known.join(', ')}`;
}

const commandsOf = (command: Command): readonly string[] => command.commands.map((known) => known.name());

const flagsOf = (command: Command): readonly string[] =>
  [...command.options.map(({ long }) => long ?? ''), '--help'].filter((name) => name !== '--version');
