import type { ResourceStatus } from './report.ts';

/** How to write the commands on the page. */
export interface CommandOptions {
  /** How the program is run: `huaweicloud-backup-exporter`, `kubectl exec deploy/exporter -- huaweicloud-backup-exporter`. */
  readonly program: string;
  /** The configuration file in use; undefined where the configuration comes from the environment. */
  readonly configFile: string | undefined;
}

export const DEFAULT_COMMAND: CommandOptions = {
  program: 'huaweicloud-backup-exporter',
  configFile: undefined,
};

/** A command of this program about a resource, ready to paste into a shell. */
export function backupsCommand(
  action: 'list' | 'create' | 'wait',
  { project, service, id }: Pick<ResourceStatus, 'project' | 'service' | 'id'>,
  { program, configFile }: CommandOptions = DEFAULT_COMMAND,
): string {
  const words = [
    `${program} backups ${action}`,
    ...(configFile === undefined ? [] : [`--config.file ${shellWord(configFile)}`]),
    `--project ${shellWord(project)} --service ${service} --resource ${shellWord(id)}`,
  ];
  return words.join(' ');
}

const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;
// Invisible characters must not be pasted unnoticed.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * One word for a POSIX shell, in single quotes if needed. Invisible characters are written as octal escapes in `$'…'`,
 * which bash, zsh and ksh support.
 */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!UNSEEN.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${[...text].map(escapedCharacter).join('')}'`;
}

function escapedCharacter(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  if (!UNSEEN.test(character)) return character;
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
