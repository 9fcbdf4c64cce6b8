import type { SucceededBackup } from '../../domain/backup.ts';
import { errorMessage } from '../../errors.ts';
import { humanizeDuration, humanizeSize } from '../../status/humanize.ts';
import { CommandError } from '../command-error.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import type { StartedJob } from './act.ts';
import type { ResourceInService } from './find.ts';
import { type Succeeded, WaitFailed } from './wait.ts';

/** What a command that changes something reports. */
export interface ChangeResult {
  readonly target: ResourceInService;
  readonly started: StartedJob;
  /** What was started, in words: `the backup of orders (4c5f882d)`. */
  readonly what: string;
  /** The command that waits for it. */
  readonly waitCommand: string;
  readonly json: boolean;
}

/**
 * Reports what was started, with its ids. If standard output cannot be written, the error contains the command to
 * follow it, so that nobody starts it twice.
 */
export async function writeStart(result: ChangeResult, terminal: Pick<Terminal, 'write'>): Promise<void> {
  const started = `started ${result.what}${idsOf(result.started)}`;
  const text = result.json ? jsonLine(result, { state: 'started' }) : `${capitalized(started)}\n`;
  await terminal.write(text).catch((error: unknown) => {
    throw alsoDone(error, `${started}; follow it with ${result.waitCommand}`);
  });
}

function idsOf({ jobId, backupId }: StartedJob): string {
  const ids = [
    ...(jobId === undefined ? [] : [`job ${visible(jobId)}`]),
    ...(backupId === undefined ? [] : [`backup ${visible(backupId)}`]),
  ];
  return ids.length === 0 ? '' : `: ${ids.join(', ')}`;
}

/** Reports the result; rejects if waiting does. */
export async function writeEnd(
  result: ChangeResult,
  waited: Promise<Succeeded>,
  terminal: Pick<Terminal, 'write'>,
): Promise<void> {
  try {
    const { backup } = await waited;
    const ended = `${result.what} ${endWords(backup)}`;
    const text = result.json
      ? jsonLine(result, { state: 'succeeded', ...backupKeys(backup) })
      : `${capitalized(ended)}\n`;
    await terminal.write(text).catch((error: unknown) => {
      throw alsoDone(error, ended);
    });
  } catch (error) {
    if (result.json && error instanceof WaitFailed) {
      // The error says the same.
      await terminal
        .write(jsonLine(result, { state: 'failed', reason: error.reason }))
        .catch(() => undefined);
    }
    throw error;
  }
}

const alsoDone = (error: unknown, done: string): CommandError =>
  new CommandError(`${errorMessage(error)}; ${done}`);

function endWords(backup: SucceededBackup | undefined): string {
  if (backup === undefined) return 'succeeded';
  const facts = [
    ...(backup.size === undefined ? [] : [humanizeSize(backup.size)]),
    ...(backup.duration === undefined ? [] : [humanizeDuration(backup.duration)]),
    `backup ${visible(backup.id)}`,
  ];
  return `succeeded: ${facts.join(', ')}`;
}

function backupKeys(backup: SucceededBackup | undefined) {
  return (
    backup && {
      backup_id: backup.id,
      start_timestamp_seconds: backup.start,
      end_timestamp_seconds: backup.end,
      size_bytes: backup.size,
      duration_seconds: backup.duration,
    }
  );
}

function jsonLine({ target: { resource, service }, started }: ChangeResult, more: object): string {
  return `${JSON.stringify({
    project: service.project.name,
    region: service.project.region,
    service: service.service.type,
    resource_id: resource.id,
    resource_name: resource.name,
    job_id: started.jobId,
    backup_id: started.backupId,
    ...more,
  })}\n`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
