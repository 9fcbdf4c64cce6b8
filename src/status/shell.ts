import type { ResourceStatus } from './report.ts';

/** The product's own command about a resource, ready to paste into a shell. */
export function backupsCommand(
  action: 'list' | 'create' | 'wait',
  { project, service, resourceId }: Pick<ResourceStatus, 'project' | 'service' | 'resourceId'>,
): string {
  return (
    `huaweicloud-backup-exporter backups ${action} --project ${shellWord(project)}` +
    ` --service ${service} --resource ${shellWord(resourceId)}`
  );
}

const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;
// What cannot be seen must not be pasted unseen.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * One word for a POSIX shell: as it is where nothing in it is special, else in single quotes. Characters that
 * cannot be seen are written as octal escapes in `$'…'`, which bash, zsh and ksh read.
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
