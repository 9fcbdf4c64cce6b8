import { CloudFailure } from '../../cloud/failure.ts';
import type { Backup, SucceededBackup } from '../../domain/backup.ts';
import { readCompleteList } from '../../pagination/complete-list.ts';
import type { FetchPage } from '../../pagination/page-reader.ts';
import { WalkError } from '../../pagination/walk.ts';
import { listItems, send, withPage } from '../../poll/read-list.ts';
import type { JobState } from '../../services/service.ts';
import { CommandError } from '../command-error.ts';
import { nameOf, visible } from '../text-table.ts';
import type { ResourceInService } from './find.ts';

/** The ids for following something that was started. */
export interface StartedJob {
  readonly jobId: string | undefined;
  readonly backupId: string | undefined;
}

export type Progress = { readonly kind: 'running' } | Finished;

export type Finished =
  /** Without a backup if it is a job. */
  | { readonly kind: 'succeeded'; readonly backup?: SucceededBackup }
  | { readonly kind: 'failed'; readonly reason: string | undefined };

/** Checks once; rejects with a `CloudFailure` when there is no response. */
export type StatusCheck = (signal: AbortSignal) => Promise<Progress>;

export const hasJobs = ({ service }: ResourceInService): boolean => service.api.actions.job !== undefined;

export const checkJob =
  (target: ResourceInService, jobId: string): StatusCheck =>
  (signal) =>
    jobState(target, jobId, signal);

async function jobState(
  { client, service, resource }: ResourceInService,
  jobId: string,
  signal: AbortSignal,
): Promise<JobState> {
  const { job } = service.api.actions;
  if (job === undefined) throw new Error(`${service.type} has no jobs`);
  return job.read(await send({ client, service }, job.call(resource, jobId), signal));
}

const CHECKS_FOR_AN_UNLISTED_ONE = 6;

/**
 * Checks a backup by an id given by the user. Rejects with a {@link CommandError} if it is not listed within half a
 * minute.
 */
export function checkBackup(target: ResourceInService, backupId: string, listWith: string): StatusCheck {
  return checkChosen(target, withId(backupId), (checks) => {
    if (checks < CHECKS_FOR_AN_UNLISTED_ONE) return;
    throw new CommandError(
      `${nameOf(target.resource)} has no backup "${visible(backupId)}"; check with ${listWith}`,
    );
  });
}

/**
 * Checks the backup that was started: by the id in the response, else the newest manual one that was not listed
 * `before`. If the service has jobs, the job must finish first.
 */
export function checkStarted(
  target: ResourceInService,
  { jobId, backupId }: StartedJob,
  before: ReadonlySet<string>,
  jobUnreadable: (reason: string) => void,
): StatusCheck {
  const backupCheck = checkChosen(
    target,
    backupId === undefined ? (backups) => newestNew(backups, before) : withId(backupId),
  );
  let pendingJob = hasJobs(target) ? jobId : undefined;
  return async (signal) => {
    if (pendingJob !== undefined) {
      const job = await jobState(target, pendingJob, signal).catch((error: unknown): JobState => {
        if (!(error instanceof CloudFailure && error.details.kind === 'permission')) throw error;
        jobUnreadable(error.message);
        return { kind: 'succeeded' };
      });
      if (job.kind !== 'succeeded') return job;
      pendingJob = undefined;
    }
    return backupCheck(signal);
  };
}

type ChooseBackup = (backups: readonly Backup[]) => Backup | undefined;

const withId =
  (backupId: string): ChooseBackup =>
  (backups) =>
    backups.find(({ id }) => id === backupId);

function newestNew(backups: readonly Backup[], before: ReadonlySet<string>): Backup | undefined {
  return backups
    .filter(({ id, automatic }) => !before.has(id) && automatic !== true)
    .toSorted((one, other) => (other.start ?? 0) - (one.start ?? 0))[0];
}

/** Checks the chosen backup; `notListed` is called with the number of checks until it is first listed. */
function checkChosen(
  target: ResourceInService,
  choose: ChooseBackup,
  notListed: (checks: number) => void = () => undefined,
): StatusCheck {
  let wasListed = false;
  let checks = 0;
  return async (signal) => {
    const backups = await readBackupsOf(target, signal);
    if (backups === undefined) return { kind: 'running' };
    const backup = choose(backups);
    if (backup === undefined && wasListed) return { kind: 'failed', reason: 'it is no longer listed' };
    wasListed = backup !== undefined;
    checks += 1;
    if (!wasListed) notListed(checks);
    if (backup?.state === 'succeeded') return { kind: 'succeeded', backup };
    return backup?.state === 'failed' ? { kind: 'failed', reason: undefined } : { kind: 'running' };
  };
}

/**
 * Reads the current backups of one resource; undefined if the list changed meanwhile. Rejects with a `CloudFailure`, or
 * with a {@link CommandError} if the response is not a list.
 */
export async function readBackupsOf(
  { client, service, resource }: ResourceInService,
  signal: AbortSignal,
): Promise<readonly Backup[] | undefined> {
  const lists = await Promise.all(
    service.api.backups.ofResource(resource).map(async (list) => {
      const fetchPage: FetchPage = (page, pageSignal) =>
        send({ client, service }, withPage(list.call, page), pageSignal);
      try {
        return await readCompleteList(list, fetchPage, listItems<Backup>, { ahead: 0, signal });
      } catch (error) {
        if (!(error instanceof WalkError)) throw error;
        throw new CommandError('the response is not a list of backups; check the endpoint');
      }
    }),
  );
  const backups: Backup[] = [];
  for (const list of lists) {
    if (list.kind === 'moving') return undefined;
    // A service that ignores the filter lists everything.
    backups.push(...list.items.items.filter(({ resourceId }) => resourceId === resource.id));
  }
  return backups;
}
