import type { Backup, SucceededBackup } from '../../domain/backup.ts';
import { errorMessage } from '../../errors.ts';
import { serviceOf } from '../../services/index.ts';
import { humanizeDuration, humanizeSize } from '../../status/humanize.ts';
import { backupsCommand, shellWord } from '../../status/shell.ts';
import { CommandError } from '../command-error.ts';
import type { PickedService, ServiceFlags } from '../configured.ts';
import type { Terminal } from '../terminal.ts';
import { compact, visible } from '../text-table.ts';
import type { ResourceInService } from './find.ts';
import { type Finished, hasJobs, type StartedJob } from './status-check.ts';

export interface Followed {
  readonly target: ResourceInService;
  readonly started: StartedJob;
  /** In words: `the backup of orders (4c5f882d)`. */
  readonly what: string;
  readonly flags: ServiceFlags & { readonly json?: true };
}

/**
 * Reports what was started, with its ids. If standard output cannot be written, the error contains the command to
 * follow it, so that nobody starts it twice.
 */
export function writeStart(followed: Followed, terminal: Pick<Terminal, 'write'>): Promise<void> {
  const started = `started ${followed.what}${idsOf(followed.started)}`;
  const ifUnwritten = `${started}; follow it with ${waitCommandFor(followed)}`;
  return write(followed, started, { state: 'started' }, terminal, ifUnwritten);
}

/** Reports how it finished; rejects if it failed. */
export async function writeEnd(
  followed: Followed,
  finished: Finished,
  terminal: Pick<Terminal, 'write'>,
): Promise<void> {
  const { what, flags } = followed;
  if (finished.kind === 'failed') {
    const { reason } = finished;
    if (flags.json) {
      // The error says the same.
      await terminal.write(jsonOf(followed, { state: 'failed', reason })).catch(() => undefined);
    }
    throw new CommandError(`${what} failed${reason === undefined ? '' : `: ${visible(reason)}`}`);
  }
  const { backup } = finished;
  const ended = `${what} ${endWords(backup)}`;
  const keys = backup && { backup_id: backup.id, ...backupFacts(backup) };
  await write(followed, ended, { state: 'succeeded', ...keys }, terminal, ended);
}

function write(
  followed: Followed,
  sentence: string,
  keys: object,
  terminal: Pick<Terminal, 'write'>,
  ifUnwritten: string,
): Promise<void> {
  const capitalized = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  const text = followed.flags.json ? jsonOf(followed, keys) : `${capitalized}\n`;
  return terminal.write(text).catch((error: unknown) => {
    throw new CommandError(`${errorMessage(error)}; ${ifUnwritten}`);
  });
}

const jsonOf = ({ target, started: { jobId, backupId } }: Followed, more: object): string =>
  jsonLine(target, target.resource, { job_id: jobId, backup_id: backupId, ...more });

function idsOf({ jobId, backupId }: StartedJob): string {
  const ids = compact([
    jobId !== undefined && `job ${visible(jobId)}`,
    backupId !== undefined && `backup ${visible(backupId)}`,
  ]);
  return ids.length === 0 ? '' : `: ${ids.join(', ')}`;
}

function endWords(backup: SucceededBackup | undefined): string {
  if (backup === undefined) return 'succeeded';
  const facts = compact([
    backup.size !== undefined && humanizeSize(backup.size),
    backup.duration !== undefined && humanizeDuration(backup.duration),
    `backup ${visible(backup.id)}`,
  ]);
  return `succeeded: ${facts.join(', ')}`;
}

/** Why a service refused, by the vendor's code; undefined if the code is not known. */
export const refusalOf = (service: string, code: string | undefined): string | undefined =>
  code === undefined ? undefined : serviceOf(service).errors.codes[code]?.words;

export const listCommandFor = (target: ResourceInService, flags: ServiceFlags): string =>
  commandFor('list', target, '', flags);

/** The command that continues waiting; the one that lists the backups if there is no id to wait for. */
export function waitCommandFor({ target, started: { jobId, backupId }, flags }: Followed): string {
  if (hasJobs(target) && jobId !== undefined) {
    return commandFor('wait', target, ` --job ${shellWord(jobId)}`, flags);
  }
  if (backupId === undefined) return listCommandFor(target, flags);
  return commandFor('wait', target, ` --backup ${shellWord(backupId)}`, flags);
}

function commandFor(
  action: 'list' | 'wait',
  { project, service, resource }: ResourceInService,
  id: string,
  { 'config.file': file }: ServiceFlags,
): string {
  const place = { project: project.name, service: service.type, resourceId: resource.id };
  return `${backupsCommand(action, place)}${id}${file === undefined ? '' : ` --config.file ${shellWord(file)}`}`;
}

/** One JSON object on a line: what identifies the resource, then `more`. Undefined fields are left out. */
export function jsonLine(
  { project, service }: PickedService,
  resource: { readonly id: string; readonly name: string },
  more: object,
): string {
  return `${JSON.stringify({
    project: project.name,
    region: project.region,
    service: service.type,
    resource_id: resource.id,
    resource_name: resource.name,
    ...more,
  })}\n`;
}

export const backupFacts = (backup: Backup) => ({
  start_timestamp_seconds: backup.start,
  end_timestamp_seconds: backup.state === 'running' ? undefined : backup.end,
  size_bytes: backup.state === 'succeeded' ? backup.size : undefined,
  duration_seconds: backup.state === 'succeeded' ? backup.duration : undefined,
});
