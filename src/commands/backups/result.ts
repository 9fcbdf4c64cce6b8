import type { SucceededBackup } from '../../domain/backup.ts';
import type { StartedJob } from '../../sources/actions.ts';
import { durationWords, sizeWords } from '../../status/words.ts';
import type { Terminal } from '../terminal.ts';
import { visible } from '../text-table.ts';
import type { ResourceInService } from './find.ts';
import { EndedBadly, type Succeeded } from './wait.ts';

/** What a command that changes something tells of it. */
export interface ChangeResult {
  readonly target: ResourceInService;
  readonly started: StartedJob;
  readonly json: boolean;
}

/** Tells that something was started, with the ids by which it can be followed. */
export function writeStart(result: ChangeResult, what: string, terminal: Pick<Terminal, 'write'>): void {
  const { jobId, backupId } = result.started;
  const ids = [
    ...(jobId === undefined ? [] : [`job ${visible(jobId)}`]),
    ...(backupId === undefined ? [] : [`backup ${visible(backupId)}`]),
  ];
  terminal.write(
    result.json
      ? jsonLine(result, { state: 'started' })
      : `Started ${what}${ids.length === 0 ? '' : `: ${ids.join(', ')}`}\n`,
  );
}

/** Tells how it ended; rejects as the waiting does. */
export async function writeEnd(
  result: ChangeResult,
  what: string,
  waited: Promise<Succeeded>,
  terminal: Pick<Terminal, 'write'>,
): Promise<void> {
  try {
    const { backup } = await waited;
    terminal.write(
      result.json
        ? jsonLine(result, { state: 'succeeded', ...backupKeys(backup) })
        : `${capitalized(what)} ${endWords(backup)}\n`,
    );
  } catch (error) {
    if (result.json && error instanceof EndedBadly) {
      terminal.write(jsonLine(result, { state: 'failed', reason: error.reason }));
    }
    throw error;
  }
}

function endWords(backup: SucceededBackup | undefined): string {
  if (backup === undefined) return 'has ended well';
  const facts = [
    ...(backup.size === undefined ? [] : [sizeWords(backup.size)]),
    ...(backup.duration === undefined ? [] : [durationWords(backup.duration)]),
    `backup ${visible(backup.id)}`,
  ];
  return `is complete and good: ${facts.join(', ')}`;
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
