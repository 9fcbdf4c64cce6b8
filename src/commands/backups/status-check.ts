import { CloudFailure } from '../../cloud/failure.ts';
import type { Backup, SucceededBackup } from '../../domain/backup.ts';
import { readCompleteList } from '../../pagination/complete-list.ts';
import { WalkError } from '../../pagination/walk.ts';
import { listItems, send, withPage } from '../../poll/read-list.ts';
import type { JobState, Started } from '../../services/service.ts';
import { CommandError } from '../command-error.ts';
import { describeService } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { nameOf, visible } from '../text-table.ts';
import { commandFor, type ResourceInService } from './find.ts';

/** The ids for following something that was started. */
export type StartedJob = Omit<Extract<Started, { readonly kind: 'started' }>, 'kind'>;

/** How far it is; with the backup if that succeeded. */
export type Progress = JobState | { readonly kind: 'succeeded'; readonly backup: SucceededBackup };

/** Checks once; rejects with a `CloudFailure` when there is no response. */
export type StatusCheck = (signal: AbortSignal) => Promise<Progress>;

export const hasJobs = ({ service }: ResourceInService): boolean => service.api.actions.job !== undefined;

/** Checks a job; throws a {@link CommandError} if there is none. */
export function checkJob(target: ResourceInService, jobId: string | undefined): StatusCheck {
  const { resource, service } = target;
  const { job } = service.api.actions;
  if (job === undefined) {
    throw new CommandError(`${describeService(target)} has no jobs to wait for; use --backup`);
  }
  if (jobId === undefined) throw new CommandError('the response names no job to wait for');
  return async (signal) => job.read(await send(target, job.call(resource, jobId), signal));
}

const CHECKS_FOR_AN_UNLISTED_ONE = 6;

/**
 * Checks a backup by an id given by the user. Rejects with a {@link CommandError} if it is not listed within half a
 * minute.
 */
export function checkBackup(target: ResourceInService, backupId: string): StatusCheck {
  const notListed = new CommandError(
    `${nameOf(target.resource)} has no backup "${visible(backupId)}"; check with ${commandFor('list', target)}`,
  );
  return checkNewest(target, ({ id }) => id === backupId, notListed);
}

/**
 * Checks the backup that was started: by the id in the response, else the newest manual one that was not listed
 * `before`. If the service has jobs, the job must finish first.
 */
export function checkStarted(
  target: ResourceInService,
  { jobId, backupId }: StartedJob,
  before: readonly Backup[] | undefined,
  writeError: Terminal['writeError'],
): StatusCheck {
  const idsBefore = new Set(before?.map(({ id }) => id));
  const checkListed = checkNewest(target, ({ id, automatic }) =>
    backupId === undefined ? !idsBefore.has(id) && automatic !== true : id === backupId,
  );
  let checkPending = jobId !== undefined && hasJobs(target) ? checkJob(target, jobId) : undefined;
  return async (signal) => {
    const job = await checkPending?.(signal).catch((error: unknown) => {
      if (!(error instanceof CloudFailure && error.details.kind === 'permission')) throw error;
      writeError(`${error.message}; checking the list of backups instead\n`);
      return undefined;
    });
    if (job !== undefined && job.kind !== 'succeeded') return job;
    checkPending = undefined;
    return await checkListed(signal);
  };
}

/** Checks the newest of the wanted backups; rejects with `notListed` if none is listed for half a minute. */
function checkNewest(
  target: ResourceInService,
  isWanted: (backup: Backup) => boolean,
  notListed?: CommandError,
): StatusCheck {
  let wasListed = false;
  let checks = 0;
  return async (signal) => {
    const backups = await readBackupsOf(target, signal);
    if (backups === undefined) return { kind: 'running' };
    const [backup] = backups.filter(isWanted).toSorted((one, other) => (other.start ?? 0) - (one.start ?? 0));
    if (backup === undefined && wasListed) return { kind: 'failed', reason: 'it is no longer listed' };
    wasListed = backup !== undefined;
    checks += 1;
    if (!wasListed && checks >= CHECKS_FOR_AN_UNLISTED_ONE && notListed !== undefined) throw notListed;
    if (backup?.state === 'succeeded') return { kind: 'succeeded', backup };
    return backup?.state === 'failed' ? { kind: 'failed', reason: undefined } : { kind: 'running' };
  };
}

/**
 * Reads the current backups of one resource; undefined if the list changed meanwhile. Rejects with a `CloudFailure`, or
 * with a {@link CommandError} if the response is not a list.
 */
export async function readBackupsOf(
  target: ResourceInService,
  signal: AbortSignal,
): Promise<readonly Backup[] | undefined> {
  const { service, resource } = target;
  const reading = service.api.backups
    .ofResource(resource)
    .map((list) =>
      readCompleteList(
        list,
        (page, pageSignal) => send(target, withPage(list.call, page), pageSignal),
        listItems<Backup>,
        { ahead: 0, signal },
      ),
    );
  const lists = await Promise.all(reading).catch((error: unknown) => {
    if (!(error instanceof WalkError)) throw error;
    throw new CommandError('the response is not a list of backups; check the endpoint');
  });
  if (lists.some(({ kind }) => kind === 'moving')) return undefined;
  const backups = lists.flatMap((list) => (list.kind === 'complete' ? list.items.items : []));
  // A service that ignores the filter lists everything.
  return backups.filter(({ resourceId }) => resourceId === resource.id);
}
