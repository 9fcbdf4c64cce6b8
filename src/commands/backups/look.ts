import { CloudFailure } from '../../cloud/failure.ts';
import type { Backup } from '../../domain/backup.ts';
import { send } from '../../poll/read-list.ts';
import type { JobState } from '../../services/service.ts';
import { CommandError } from '../command-error.ts';
import { visible } from '../text-table.ts';
import type { StartedJob } from './act.ts';
import { nameOf, type ResourceInService } from './find.ts';
import { readBackupsOf } from './resource-backups.ts';
import type { Look, Progress } from './wait.ts';

/** Whether a service has jobs that can be asked for by their id. */
export const hasJobs = ({ service }: ResourceInService): boolean =>
  service.service.api.actions.job !== undefined;

/** Looks at a job of a service that has jobs. */
export function lookAtJob(target: ResourceInService, jobId: string): Look {
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

const LOOKS_FOR_AN_UNLISTED_ONE = 6;

/**
 * Looks at one backup of a resource, by an id that somebody typed. Rejects with a {@link CommandError} when half a
 * minute of looks has not found it.
 */
export function lookAtBackup(target: ResourceInService, backupId: string, lookWith: string): Look {
  return lookFor(target, withId(backupId), (looks) => {
    if (looks < LOOKS_FOR_AN_UNLISTED_ONE) return;
    throw new CommandError(
      `${nameOf(target.resource)} has no backup "${visible(backupId)}"; look with ${lookWith}`,
    );
  });
}

/**
 * Looks for the backup that was started: by its id where the answer named it, else the newest that nobody else
 * started and that was not listed `before`. Where the service has jobs, the job has to end first.
 */
export function lookForStarted(
  target: ResourceInService,
  { jobId, backupId }: StartedJob,
  before: ReadonlySet<string>,
  jobNotSeen: (reason: string) => void,
): Look {
  const atBackup = lookFor(
    target,
    backupId === undefined ? (backups) => newestNew(backups, before) : withId(backupId),
  );
  let jobEnded = jobId === undefined || !hasJobs(target);
  return async (signal) => {
    if (!jobEnded) {
      const job = await jobState(target, jobId ?? '', signal).catch((error: unknown): JobState => {
        if (!(error instanceof CloudFailure && error.details.kind === 'permission')) throw error;
        jobNotSeen(error.message);
        return { kind: 'succeeded' };
      });
      if (job.kind !== 'succeeded') return job;
      jobEnded = true;
    }
    return atBackup(signal);
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

/** Looks at the chosen backup; `notListed` hears how often it was looked for before it was ever listed. */
function lookFor(
  target: ResourceInService,
  choose: ChooseBackup,
  notListed: (looks: number) => void = () => undefined,
): Look {
  let wasListed = false;
  let looks = 0;
  return async (signal) => {
    const backups = await readBackupsOf(target, signal);
    if (backups === undefined) return { kind: 'running' };
    const backup = choose(backups);
    if (backup === undefined && wasListed) {
      return { kind: 'failed', reason: 'it is no longer listed' };
    }
    wasListed = backup !== undefined;
    looks += 1;
    if (!wasListed) notListed(looks);
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
