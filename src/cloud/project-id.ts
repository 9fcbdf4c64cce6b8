import type { ProjectConfig } from '../config/config.ts';
import { CloudFailure } from './failure.ts';
import { asJsonObject } from './json-body.ts';
import { failureMessage } from './message.ts';
import type { CloudResponse } from './request.ts';

/** The project's name in IAM. */
export const nameInIam = (project: ProjectConfig): string => project.projectName ?? project.region;

/** Reads a project id from a list of projects; throws a `CloudFailure` unless exactly one matches. */
export function readProjectId({ status, body }: CloudResponse, project: ProjectConfig): string {
  const { host } = new URL(project.iamEndpoint);
  const name = nameInIam(project);
  const fail = (kind: 'malformed' | 'refused', reason: string): CloudFailure =>
    new CloudFailure(failureMessage('find_project', reason, 'set project_id or project_name'), {
      kind,
      operation: 'find_project',
      host,
      status,
    });
  const projects = asJsonObject(body)?.['projects'];
  if (!Array.isArray(projects))
    throw fail('malformed', `${host} returned ${status} without a list of projects`);
  const ids = new Set(
    projects
      .map(asJsonObject)
      .filter((found) => found?.['name'] === name)
      .map((found) => found?.['id'])
      .filter((id) => typeof id === 'string' && id !== ''),
  );
  const [id] = ids;
  if (typeof id !== 'string')
    throw fail('refused', `${host} lists no project named "${name}" for these credentials`);
  if (ids.size > 1) throw fail('refused', `${host} lists ${ids.size} projects named "${name}"`);
  return id;
}
