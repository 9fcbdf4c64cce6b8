import type { Config } from '../../config/config.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import type { ResourceStatus } from '../../status/report.ts';
import {
  type CredentialsFinding,
  isFine,
  outsideObjective,
  type ProjectExamination,
  type ServiceExamination,
} from './examine.ts';
import type { Verdict } from './verdict.ts';

/** The examination for programs: keys in snake case, units in the names, what is unknown left out. */
export function examinationJson(
  projects: readonly ProjectExamination[],
  { fine, outside }: Verdict,
  now: UnixSeconds,
): string {
  return document({
    fine,
    now_timestamp_seconds: Math.floor(now),
    outside_objective: outside,
    projects: projects.map((project) => ({
      project: project.project,
      region: project.region,
      fine: isFine(project),
      credentials: credentialsJson(project.credentials),
      services: project.services.map((service) => serviceJson(service, now)),
      ...(project.refused !== undefined && { refused_services: project.refused }),
    })),
  });
}

/** What `--offline` has to say: no more than that the configuration is valid. */
export function offlineJson({ projects }: Config): string {
  return document({
    fine: true,
    offline: true,
    projects: projects.map(({ name, region, services }) => ({
      project: name,
      region,
      services: services.map(({ type }) => ({ service: type })),
    })),
  });
}

const credentialsJson = (finding: CredentialsFinding) =>
  finding.kind === 'failed' ? { state: 'failed', reason: finding.reason } : { state: finding.kind };

function serviceJson(examination: ServiceExamination, now: UnixSeconds) {
  const { resources } = examination;
  const count = (standing: ResourceStatus['standing']) =>
    resources?.filter((resource) => resource.standing === standing).length;
  return {
    service: examination.service,
    fine: examination.troubles.length === 0 && examination.backups !== undefined,
    troubles: examination.troubles,
    backups: examination.backups,
    resources: resources?.length,
    never_backed_up: count('never'),
    no_objective: count('not_expected'),
    outside_objective: resources && outsideObjective(resources, now).map(resourceJson),
    rejected_rows: examination.rejectedRows,
    unlisted: examination.unlisted,
    resources_over_limit: examination.overLimit,
    excluded: examination.excluded,
  };
}

const resourceJson = (resource: ResourceStatus) => ({
  resource_id: resource.resourceId,
  resource_name: resource.resourceName,
  created_timestamp_seconds: resource.created,
  last_success_timestamp_seconds: resource.lastSuccess,
  rpo_seconds: resource.objective,
});

const document = (content: object): string => `${JSON.stringify(content, undefined, 2)}\n`;
