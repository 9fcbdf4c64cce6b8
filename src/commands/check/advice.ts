import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { serviceOf } from '../../services/index.ts';

/** Why a list could not be read and what to do about it: the failure's own text, and what `check` can add. */
export type Adviser = (failure: ReadFailure, service: ServiceConfig) => string;

/** Advice for the failures of one project. `lists`: failures of its backup lists, undefined for a success. */
export function createAdviser(
  project: ProjectConfig,
  { poll }: Config,
  lists: readonly (ReadFailure | undefined)[],
): Adviser {
  const isForeignProject =
    project.projectId !== undefined &&
    !isBoundToProject(project) &&
    lists.every((failure) => failure?.outcome === 'permission');

  return (failure, service) => {
    const { outcome } = failure;
    const advice = [failure.reason];
    if (outcome === 'permission' && isOfInventory(failure, service)) {
      const { many } = serviceOf(service.type).resource;
      advice.push(`or set inventory: false, and ${many} without backups will not be seen`);
    }
    if (outcome === 'permission' && isForeignProject) {
      advice.push('or project_id does not belong to these credentials');
    }
    if (outcome === 'network' && followsFromRegion(endpointOf(failure, project, service), project)) {
      advice.push(`the host name is derived from region ${project.region}, check that too`);
    }
    if (outcome === 'timeout') advice.push(`poll.timeout is ${formatDuration(poll.timeout)}`);
    return advice.join('; ');
  };
}

/** Whether a successful sign-in proves that the credentials belong to the project. */
const isBoundToProject = ({ credentials: { type } }: ProjectConfig): boolean =>
  type === 'password' || type === 'oidc';

const isOfInventory = ({ operation }: ReadFailure, { api }: ServiceConfig): boolean =>
  api.backups.of === 'project' && operation === api.resources.call.operation;

const endpointOf = ({ operation }: ReadFailure, project: ProjectConfig, service: ServiceConfig): string =>
  operation === 'sign_in' || operation === 'find_project' ? project.iamEndpoint : service.endpoint;

const followsFromRegion = (endpoint: string, { region }: ProjectConfig): boolean =>
  new URL(endpoint).hostname.split('.').includes(region);
