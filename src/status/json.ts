import type { UnixSeconds } from '../domain/quantities.ts';
import { ALERT_PREFIX } from '../rules/rule.ts';
import type { Yield } from '../state/event-loop.ts';
import { recentBackups } from '../state/recent-backups.ts';
import { countStates } from './headline.ts';
import { problemsOf } from './problems.ts';
import type { PollStatus, ResourceStatus, StatusReport } from './report.ts';
import { explain } from './states.ts';
import { worstFirst } from './view.ts';

/** The response of `/api/v1/status`, documented in docs/api-status.md. Undefined fields are absent. */
export async function statusJson(report: StatusReport, yieldIfDue: Yield): Promise<string> {
  const head = {
    version: report.version,
    now_timestamp_seconds: report.now,
    states: countStates(report.resources),
    problems: problemsOf(report).map(({ sentence, alert, scopes }) => ({
      problem: sentence,
      alert: `${ALERT_PREFIX}${alert}`,
      places: scopes.map(({ project, region, service }) => ({ project, region, service })),
    })),
    projects: report.projects.map(({ region, project, passwordExpires }) => ({
      region,
      project,
      credentials_expiry_timestamp_seconds: passwordExpires,
    })),
    polls: report.polls.map(pollJson),
  };
  const resources: string[] = [];
  for (const resource of worstFirst(report)) {
    await yieldIfDue();
    resources.push(JSON.stringify(resourceJson(resource, report.now)));
  }
  return `${JSON.stringify(head).slice(0, -1)},"resources":[${resources.join(',')}]}\n`;
}

function pollJson(poll: PollStatus) {
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
    resources_unlisted: poll.resourcesUnlisted,
    resources_over_limit: poll.overLimit,
    policies_unread: poll.policiesUnread,
    resources: poll.resources,
    rejected_rows: poll.rejected,
    clock_skew_seconds: poll.clockSkew,
    // Newest first.
    recent_polls: poll.recent.map(({ ended, outcome, reason, duration, requests }) => ({
      ended_timestamp_seconds: ended,
      outcome,
      reason,
      duration_seconds: duration,
      requests,
    })),
  };
}

function resourceJson(resource: ResourceStatus, now: UnixSeconds) {
  const { states, lastSuccess, medians } = resource;
  return {
    state: states[0],
    states,
    reason: explain(resource, states[0], now),
    service: resource.service,
    region: resource.region,
    project: resource.project,
    resource_id: resource.id,
    resource_name: resource.name,
    exists: resource.exists,
    rpo_seconds: resource.objective,
    due_timestamp_seconds: resource.due,
    created_timestamp_seconds: resource.listing?.created,
    last_status: resource.lastState,
    last_success_timestamp_seconds: lastSuccess?.end,
    last_success_size_bytes: lastSuccess?.size,
    last_success_duration_seconds: lastSuccess?.duration,
    last_success_method: lastSuccess?.method,
    last_automatic_success_timestamp_seconds: resource.lastAutomaticSuccess,
    success_size_median_bytes: medians.size,
    success_duration_median_seconds: medians.duration,
    last_failure_timestamp_seconds: resource.lastFailure,
    consecutive_failures: resource.consecutiveFailures,
    running_start_timestamp_seconds: resource.runningSince,
    oldest_success_timestamp_seconds: resource.oldestSuccess,
    stored: resource.stored,
    stored_bytes: resource.storedBytes,
    // Oldest first.
    recent_backups: recentBackups(resource.recent).map(({ state, time, size, duration }) => ({
      state,
      timestamp_seconds: time,
      size_bytes: size,
      duration_seconds: duration,
    })),
  };
}
