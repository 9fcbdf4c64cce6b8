import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { serviceOf } from '../../services/index.ts';

/** Why a list of a service could not be read, and what to do about it: what the failure says, and what `check` knows more. */
export type Adviser = (failure: ReadFailure, service: ServiceConfig) => string;

/** An adviser for the failures of one project. `lists` are those of its lists of backups, undefined for a good one. */
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
    const advice = [failure.reason];
    switch (failure.outcome) {
      case 'permission':
        if (isOfInventory(failure, service)) advice.push(withoutInventory(service));
        if (isForeignProject) advice.push('or project_id is not one of these credentials');
        break;
      case 'network':
        if (followsFromRegion(endpointOf(failure, project, service), project)) {
          advice.push(`the name follows from region ${project.region}, check that too`);
        }
        break;
      case 'timeout':
        advice.push(`poll.timeout is ${formatDuration(poll.timeout)}`);
        break;
      case 'throttled':
      case 'auth':
      case 'refused':
      case 'server':
      case 'malformed':
      case 'incomplete':
        break;
      default:
        failure.outcome satisfies never;
    }
    return advice.join('; ');
  };
}

/** Whether signing in proves that the project is one of the credentials. */
function isBoundToProject({ credentials: { type } }: ProjectConfig): boolean {
  return type === 'password' || type === 'oidc';
}

const isOfInventory = ({ operation }: ReadFailure, { api }: ServiceConfig): boolean =>
  api.backups.of === 'project' && operation === api.resources.call.operation;

function withoutInventory({ type }: ServiceConfig): string {
  return `or set inventory: false, and ${serviceOf(type).resource.many} without any backup are not seen`;
}

function endpointOf({ operation }: ReadFailure, project: ProjectConfig, service: ServiceConfig): string {
  return operation === 'sign_in' || operation === 'find_project' ? project.iamEndpoint : service.endpoint;
}

const followsFromRegion = (endpoint: string, { region }: ProjectConfig): boolean =>
  new URL(endpoint).hostname.split('.').includes(region);
