import { randomBytes } from 'node:crypto';
import { type Backup, backupId, type Resource } from './resource.ts';
import { zonelessTime } from './time-text.ts';

const JOBS_KEPT = 1000;
const PENDING_SECONDS = 2;
const EXPORT_SECONDS = 60;

type Work =
  | { readonly kind: 'backup'; readonly backup: Backup }
  | { readonly kind: 'export'; readonly backup: Backup; readonly fails: boolean };

interface Job {
  readonly graph: Resource;
  readonly work: Work;
  readonly createdAt: number;
}

type JobState =
  | { readonly status: 'pending' | 'running' }
  | { readonly status: 'success'; readonly end: number }
  | { readonly status: 'failed'; readonly end: number; readonly reason: string };

/** How far a job is, for services that answer in words of their own. */
export interface JobProgress {
  readonly status: 'pending' | 'running' | 'success' | 'failed';
  readonly resource: Resource;
  readonly begin: number;
  readonly end: number | undefined;
  readonly reason: string | undefined;
}

/** The newest 1000 jobs. */
export interface Jobs {
  /** Notes a job and gives its id. */
  readonly add: (graph: Resource, work: Work, now: number) => string;
  /** Undefined when there is no such job. */
  readonly progress: (jobId: string, now: number) => JobProgress | undefined;
  /** The body of `GET …/graphs/{graph_id}/jobs/{job_id}/status`, or undefined when the graph has no such job. */
  readonly describe: (graphId: string, jobId: string, now: number) => Record<string, unknown> | undefined;
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
    : { status: 'failed', end: backup.end, reason: 'The graph engine could not write the backup.' };
};

/** No jobs yet. `speed` divides the time that jobs take. */
export const createJobs = (speed: number): Jobs => {
  const jobs = new Map<string, Job>();

  const stateOf = ({ work, createdAt }: Job, now: number): JobState => {
    if (now < createdAt + PENDING_SECONDS / speed) {
      return { status: 'pending' };
    }
    if (work.kind === 'backup') {
      return backupState(work.backup, now);
    }
    const end = createdAt + EXPORT_SECONDS / speed;
    if (now < end) {
      return { status: 'running' };
    }
    return work.fails
      ? { status: 'failed', end, reason: 'The bucket cannot be written to.' }
      : { status: 'success', end };
  };

  return {
    add: (graph, work, now) => {
      const id = `ff808081${randomBytes(12).toString('hex')}`;
      jobs.set(id, { graph, work, createdAt: now });
      const oldest = jobs.size > JOBS_KEPT ? jobs.keys().next().value : undefined;
      if (oldest !== undefined) {
        jobs.delete(oldest);
      }
      return id;
    },
    progress: (jobId, now) => {
      const job = jobs.get(jobId);
      if (job === undefined) {
        return undefined;
      }
      const state = stateOf(job, now);
      return {
        status: state.status,
        resource: job.graph,
        begin: job.createdAt,
        end: 'end' in state ? state.end : undefined,
        reason: 'reason' in state ? state.reason : undefined,
      };
    },
    describe: (graphId, jobId, now) => {
      const job = jobs.get(jobId);
      if (job?.graph.id !== graphId) {
        return undefined;
      }
      const state = stateOf(job, now);
      return {
        job_id: jobId,
        job_type: job.work.kind === 'backup' ? 'CreateGraphBackup' : 'ExportGraphBackup',
        graph_id: graphId,
        backup_id: backupId(job.work.backup),
        status: state.status,
        begin_time: zonelessTime(job.createdAt),
        ...('end' in state ? { end_time: zonelessTime(state.end) } : {}),
        ...('reason' in state ? { fail_reason: state.reason } : {}),
      };
    },
  };
};
