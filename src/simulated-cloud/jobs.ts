import { randomBytes } from 'node:crypto';
import type { Backup, Resource } from './resource.ts';

const JOBS_KEPT = 1000;
const PENDING_SECONDS = 2;
const EXPORT_SECONDS = 60;

type Work =
  | { readonly kind: 'backup'; readonly backup: Backup }
  | { readonly kind: 'export'; readonly backup: Backup; readonly fails: boolean };

interface Job {
  readonly resource: Resource;
  readonly work: Work;
  readonly createdAt: number;
}

type JobState =
  | { readonly status: 'pending' | 'running' }
  | { readonly status: 'success'; readonly end: number }
  | { readonly status: 'failed'; readonly end: number; readonly reason: string };

export interface JobProgress {
  readonly status: 'pending' | 'running' | 'success' | 'failed';
  readonly kind: Work['kind'];
  readonly backup: Backup;
  readonly resource: Resource;
  readonly begin: number;
  readonly end: number | undefined;
  readonly reason: string | undefined;
}

/** The newest 1000 jobs. */
export interface Jobs {
  /** Returns the id of the new job. */
  readonly add: (resource: Resource, work: Work, now: number) => string;
  /** Undefined if there is no such job. */
  readonly progress: (jobId: string, now: number) => JobProgress | undefined;
}

const backupState = (backup: Backup, now: number): JobState => {
  if (!backup.listed) {
    return { status: 'failed', end: backup.end ?? now, reason: 'The backup has been deleted.' };
  }
  if (backup.end === undefined) {
    return { status: 'running' };
  }
  return backup.state === 'success'
    ? { status: 'success', end: backup.end }
    : { status: 'failed', end: backup.end, reason: 'The backup could not be written.' };
};

/** `speed` divides the duration of jobs. */
export const createJobs = (speed: number): Jobs => {
  const jobs = new Map<string, Job>();

  const stateOf = ({ work, createdAt }: Job, now: number): JobState => {
    if (now < createdAt + PENDING_SECONDS / speed) {
      return { status: 'pending' };
    }
    if (work.kind === 'backup') return backupState(work.backup, now);
    const end = createdAt + EXPORT_SECONDS / speed;
    if (now < end) {
      return { status: 'running' };
    }
    return work.fails
      ? { status: 'failed', end, reason: 'The bucket cannot be written to.' }
      : { status: 'success', end };
  };

  return {
    add: (resource, work, now) => {
      const id = `ff808081${randomBytes(12).toString('hex')}`;
      jobs.set(id, { resource, work, createdAt: now });
      const oldest = jobs.size > JOBS_KEPT ? jobs.keys().next().value : undefined;
      if (oldest !== undefined) jobs.delete(oldest);
      return id;
    },
    progress: (jobId, now) => {
      const job = jobs.get(jobId);
      if (job === undefined) return undefined;
      const state = stateOf(job, now);
      return {
        status: state.status,
        kind: job.work.kind,
        backup: job.work.backup,
        resource: job.resource,
        begin: job.createdAt,
        end: 'end' in state ? state.end : undefined,
        reason: 'reason' in state ? state.reason : undefined,
      };
    },
  };
};
