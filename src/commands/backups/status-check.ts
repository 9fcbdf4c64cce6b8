import { CloudFailure } from '../../cloud/failure.ts';
import type { Backup } from '../../domain/backup.ts';
import { send } from '../../poll/read-list.ts';
import type { JobState } from '../../services/service.ts';
import { CommandError } from '../command-error.ts';
import { visible } from '../text-table.ts';
import type { StartedJob } from './act.ts';
import { nameOf, type ResourceInService } from './find.ts';
import { readBackupsOf } from './resource-backups.ts';
import type { Progress, StatusCheck } from './wait.ts';

export const hasJobs = ({ service }: ResourceInService): boolean =>
  service.service.api.actions.job !== undefined;

/** Checks a job of a service that has jobs. */
export function checkJob(target: ResourceInService, jobId: string): StatusCheck {
  return async (signal) => {
    const job = await jobState(target, jobId, signal);
    return job.kind === 'succeeded' ? { kind: 'succeeded', backup: undefined } : job;
  };
}

async function jobState(
  { resource, service }: ResourceInService,
  jobId: string,
  signal: AbortSignal,
): Promise<JobState> {
  const { job } = service.service.api.actions;
  if (job === undefined) throw new Error(`${service.service.type} has no jobs`);
  return job.read(await send(service, job.call(resource, jobId), signal));
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
  let jobFinished = jobId === undefined || !hasJobs(target);
  return async (signal) => {
    if (!jobFinished) {
      const job = await jobState(target, jobId ?? '', signal).catch((error: unknown): JobState => {
        if (!(error instanceof CloudFailure && error.details.kind === 'permission')) throw error;
        jobUnreadable(error.message);
        return { kind: 'succeeded' };
      });
      if (job.kind !== 'succeeded') return job;
      jobFinished = true;
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
    if (backup === undefined && wasListed) {
      return { kind: 'failed', reason: 'it is no longer listed' };
    }
    wasListed = backup !== undefined;
    checks += 1;
    if (!wasListed) notListed(checks);
    return progressOf(backup);
  };
}

function progressOf(backup: Backup | undefined): Progress {
  switch (backup?.state) {
    case 'succeeded':
      return { kind: 'succeeded', backup };
    case 'failed':
      return { kind: 'failed', reason: undefined };
    case 'running':
    case 'unknown':
    case undefined:
      return { kind: 'running' };
    default:
      return backup satisfies never;
  }
}
