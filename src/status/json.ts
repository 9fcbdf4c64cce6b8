import type { Pace } from '../state/pace.ts';
import type { PollStatus, ResourceStatus, StatusReport } from './report.ts';
import { countStandings, type StandingCounts } from './standing.ts';
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
}

/** One graph or database instance in `/api/v1/status`. Undefined fields are absent. */
export interface ResourceJson {
  readonly state: string;
  readonly service: string;
  readonly region: string;
  readonly project: string;
  readonly resource_id: string;
  readonly resource_name: string;
  readonly exists: boolean;
  readonly rpo_seconds: number | undefined;
  readonly created_timestamp_seconds: number | undefined;
  readonly last_status: string | undefined;
  readonly last_success_timestamp_seconds: number | undefined;
  readonly last_success_size_bytes: number | undefined;
  readonly last_success_duration_seconds: number | undefined;
  readonly consecutive_failures: number;
  readonly running_start_timestamp_seconds: number | undefined;
}

/** The response of `/api/v1/status`. */
export interface StatusJson {
  readonly version: string;
  readonly now_timestamp_seconds: number;
  /** How many resources are in each state, 0 included. */
  readonly states: StandingCounts;
  readonly polls: readonly PollJson[];
  /** Worst first. */
  readonly resources: readonly ResourceJson[];
}

/** The text of a {@link StatusJson}, in the words of the metrics. Gives way to other work by `pace`. */
export async function statusJson(report: StatusReport, pace: Pace): Promise<string> {
  const head: Omit<StatusJson, 'resources'> = {
    version: report.version,
    now_timestamp_seconds: report.now,
    states: countStandings(report.resources),
    polls: report.polls.map(pollJson),
  };
  const resources: string[] = [];
  for (const resource of worstFirst(report)) {
    await pace();
    resources.push(JSON.stringify(resourceJson(resource)));
  }
  return `${JSON.stringify(head).slice(0, -1)},"resources":[${resources.join(',')}]}\n`;
}

function pollJson(poll: PollStatus): PollJson {
  return {
    service: poll.service,
    region: poll.region,
    project: poll.project,
    outcome: poll.outcome,
    reason: poll.reason,
    last_poll_timestamp_seconds: poll.lastPoll,
    last_complete_timestamp_seconds: poll.lastComplete,
    inventory: poll.inventory,
    unlisted: poll.unlisted,
    resources_over_limit: poll.overLimit,
    resources: poll.resources,
  };
}

function resourceJson(resource: ResourceStatus): ResourceJson {
  return {
    state: resource.standing,
    service: resource.service,
    region: resource.region,
    project: resource.project,
    resource_id: resource.resourceId,
    resource_name: resource.resourceName,
    exists: resource.exists,
    rpo_seconds: resource.objective,
    created_timestamp_seconds: resource.created,
    last_status: resource.lastState,
    last_success_timestamp_seconds: resource.lastSuccess,
    last_success_size_bytes: resource.lastSize,
    last_success_duration_seconds: resource.lastDuration,
    consecutive_failures: resource.consecutiveFailures,
    running_start_timestamp_seconds: resource.runningSince,
  };
}
