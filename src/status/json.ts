import type { BackupState } from '../domain/backup.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import type { Yield } from '../state/event-loop.ts';
import { recentBackups } from '../state/recent-backups.ts';
import type { ResourceState } from '../state/resource-state.ts';
import { explain } from './explain.ts';
import { countStates, type StateCounts } from './headline.ts';
import { type Problem, problemsOf } from './problems.ts';
import type { PollStatus, ProjectStatus, ResourceStatus, StatusReport } from './report.ts';
import { worstFirst } from './view.ts';

/** One service of one project in `/api/v1/status`. Undefined fields are absent. */
export interface PollJson {
  readonly service: string;
  readonly region: string;
  readonly project: string;
  readonly outcome: string | undefined;
  readonly reason: string | undefined;
  readonly last_poll_timestamp_seconds: number | undefined;
  readonly last_complete_timestamp_seconds: number | undefined;
  readonly inventory: PollStatus['inventory'];
  readonly unlisted: number | undefined;
  readonly resources_over_limit: number | undefined;
  readonly resources: number | undefined;
  readonly rejected_rows: PollStatus['rejected'];
  readonly clock_skew_seconds: number | undefined;
  /** Newest first. */
  readonly recent_polls: readonly {
    readonly ended_timestamp_seconds: number;
    readonly outcome: string;
    readonly reason: string | undefined;
    readonly duration_seconds: number;
    readonly requests: number;
  }[];
}

/** One resource in `/api/v1/status`. Undefined fields are absent. */
export interface ResourceJson {
  readonly state: ResourceState;
  /** All states, worst first. */
  readonly states: readonly ResourceState[];
  /** Why, in words. */
  readonly reason: string | undefined;
  readonly service: string;
  readonly region: string;
  readonly project: string;
  readonly resource_id: string;
  readonly resource_name: string;
  readonly exists: boolean;
  readonly rpo_seconds: number | undefined;
  readonly due_timestamp_seconds: number | undefined;
  readonly created_timestamp_seconds: number | undefined;
  readonly last_status: string | undefined;
  readonly last_success_timestamp_seconds: number | undefined;
  readonly last_success_size_bytes: number | undefined;
  readonly last_success_duration_seconds: number | undefined;
  readonly last_success_method: string | undefined;
  readonly last_automatic_success_timestamp_seconds: number | undefined;
  readonly success_size_median_bytes: number | undefined;
  readonly success_duration_median_seconds: number | undefined;
  readonly last_failure_timestamp_seconds: number | undefined;
  readonly consecutive_failures: number;
  readonly running_start_timestamp_seconds: number | undefined;
  readonly oldest_success_timestamp_seconds: number | undefined;
  readonly stored: Readonly<Record<BackupState, number>>;
  readonly stored_bytes: number | undefined;
  /** Oldest first. */
  readonly recent_backups: readonly {
    readonly state: BackupState;
    readonly timestamp_seconds: number;
    readonly size_bytes: number | undefined;
    readonly duration_seconds: number | undefined;
  }[];
}

/** The response of `/api/v1/status`. */
export interface StatusJson {
  readonly version: string;
  readonly now_timestamp_seconds: number;
  /** How many resources are in each state, 0 included. */
  readonly states: StateCounts;
  /** Problems with the data, each cause once. */
  readonly problems: readonly {
    readonly problem: string;
    readonly alert: string;
    readonly places: readonly Pick<Problem['scopes'][number], 'project' | 'region' | 'service'>[];
  }[];
  readonly projects: readonly {
    readonly region: string;
    readonly project: string;
    readonly credentials_expiry_timestamp_seconds: number | undefined;
  }[];
  readonly polls: readonly PollJson[];
  /** Worst first. */
  readonly resources: readonly ResourceJson[];
}

/** The text of a {@link StatusJson}. */
export async function statusJson(report: StatusReport, yieldIfDue: Yield): Promise<string> {
  const head: Omit<StatusJson, 'resources'> = {
    version: report.version,
    now_timestamp_seconds: report.now,
    states: countStates(report.resources),
    problems: problemsOf(report).map(problemJson),
    projects: report.projects.map(projectJson),
    polls: report.polls.map(pollJson),
  };
  const resources: string[] = [];
  for (const resource of worstFirst(report)) {
    await yieldIfDue();
    resources.push(JSON.stringify(resourceJson(resource, report.now)));
  }
  return `${JSON.stringify(head).slice(0, -1)},"resources":[${resources.join(',')}]}\n`;
}

const problemJson = ({ sentence, alert, scopes }: Problem): StatusJson['problems'][number] => ({
  problem: sentence,
  alert: `HuaweiCloudBackup${alert}`,
  places: scopes.map(({ project, region, service }) => ({ project, region, service })),
});

const projectJson = ({
  region,
  project,
  passwordExpires,
}: ProjectStatus): StatusJson['projects'][number] => ({
  region,
  project,
  credentials_expiry_timestamp_seconds: passwordExpires,
});

function pollJson(poll: PollStatus): PollJson {
  const [last] = poll.recent;
  return {
    service: poll.service,
    region: poll.region,
    project: poll.project,
    outcome: last?.outcome,
    reason: last?.reason,
    last_poll_timestamp_seconds: last?.ended,
    last_complete_timestamp_seconds: poll.lastComplete,
    inventory: poll.inventory,
    unlisted: poll.unlisted,
    resources_over_limit: poll.overLimit,
    resources: poll.resources,
    rejected_rows: poll.rejected,
    clock_skew_seconds: poll.clockSkew,
    recent_polls: poll.recent.map(({ ended, outcome, reason, duration, requests }) => ({
      ended_timestamp_seconds: ended,
      outcome,
      reason,
      duration_seconds: duration,
      requests,
    })),
  };
}

function resourceJson(resource: ResourceStatus, now: UnixSeconds): ResourceJson {
  const [state] = resource.states;
  return {
    state,
    states: resource.states,
    reason: explain(resource, state, now),
    service: resource.service,
    region: resource.region,
    project: resource.project,
    resource_id: resource.resourceId,
    resource_name: resource.resourceName,
    exists: resource.exists,
    rpo_seconds: resource.objective,
    due_timestamp_seconds: resource.due,
    created_timestamp_seconds: resource.created,
    last_status: resource.lastState,
    last_success_timestamp_seconds: resource.lastSuccess,
    last_success_size_bytes: resource.lastSize,
    last_success_duration_seconds: resource.lastDuration,
    last_success_method: resource.lastMethod,
    last_automatic_success_timestamp_seconds: resource.lastAutomaticSuccess,
    success_size_median_bytes: resource.medianSize,
    success_duration_median_seconds: resource.medianDuration,
    last_failure_timestamp_seconds: resource.lastFailure,
    consecutive_failures: resource.consecutiveFailures,
    running_start_timestamp_seconds: resource.runningSince,
    oldest_success_timestamp_seconds: resource.oldestSuccess,
    stored: resource.stored,
    stored_bytes: resource.storedBytes,
    recent_backups: recentBackups(resource.recent).map(({ state: backupState, time, size, duration }) => ({
      state: backupState,
      timestamp_seconds: time,
      size_bytes: size,
      duration_seconds: duration,
    })),
  };
}
