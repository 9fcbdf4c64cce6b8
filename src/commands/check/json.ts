import type { Config } from '../../config/config.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import { needsAttention, type ResourceState } from '../../state/resource-state.ts';
import type { ResourceStatus } from '../../status/report.ts';
import { explain } from '../../status/states.ts';
import {
  type CheckSummary,
  hasPassed,
  outsideObjective,
  type ProjectCheck,
  type ServiceCheck,
} from './results.ts';

/** The results as JSON: snake case keys with units; unknown fields are left out. */
export function checkJson(
  projects: readonly ProjectCheck[],
  { passed, outside, strict }: CheckSummary,
  now: UnixSeconds,
): string {
  return document({
    passed,
    strict,
    now_timestamp_seconds: Math.floor(now),
    outside_objective: outside,
    projects: projects.map((project) => ({
      project: project.project,
      region: project.region,
      passed: hasPassed(project, strict),
      credentials: credentialsJson(project),
      services: project.services.map((service) => serviceJson(service, now, strict)),
      ...(project.refused !== undefined && { refused_services: project.refused }),
    })),
  });
}

export function offlineJson({ projects }: Config): string {
  return document({
    passed: true,
    offline: true,
    projects: projects.map(({ name, region, services }) => ({
      project: name,
      region,
      services: services.map(({ type }) => ({ service: type })),
    })),
  });
}

const credentialsJson = ({ credentials, passwordExpires }: ProjectCheck) => ({
  state: credentials.kind,
  ...(credentials.kind === 'failed' && { reason: credentials.reason }),
  password_expires_timestamp_seconds: passwordExpires,
});

function serviceJson(check: ServiceCheck, now: UnixSeconds, strict: boolean) {
  const { resources, problems } = check;
  const outside = resources && outsideObjective(resources);
  const count = (state: ResourceState) => resources?.filter(({ states }) => states[0] === state).length;
  const attention = resources?.filter(({ states }) => needsAttention(states[0]));
  return {
    service: check.service,
    passed: problems.length === 0 && check.backups !== undefined && !(strict && outside?.length !== 0),
    problems,
    backups: check.backups,
    resources: resources?.length,
    never_backed_up: count('never_backed_up'),
    no_objective: count('not_expected'),
    outside_objective: outside?.map(resourceJson),
    attention: attention?.map((resource) => attentionJson(resource, now)),
    rejected_rows: check.rejectedRows,
    unlisted: check.unlisted,
    resources_unlisted: check.resourcesUnlisted,
    resources_over_limit: check.overLimit,
    excluded: check.excluded,
    ...(check.contradictions.length > 0 && { contradictions: check.contradictions }),
  };
}

const resourceJson = (resource: ResourceStatus) => ({
  resource_id: resource.id,
  resource_name: resource.name,
  created_timestamp_seconds: resource.listing?.created,
  last_success_timestamp_seconds: resource.lastSuccess?.end,
  rpo_seconds: resource.objective,
});

const attentionJson = (resource: ResourceStatus, now: UnixSeconds) => ({
  resource_id: resource.id,
  resource_name: resource.name,
  state: resource.states[0],
  states: resource.states,
  reason: explain(resource, resource.states[0], now),
});

const document = (content: object): string => `${JSON.stringify(content, undefined, 2)}\n`;
