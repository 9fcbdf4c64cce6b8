import type { ProjectConfig } from '../config/config.ts';
import { CloudFailure } from './failure.ts';
import { asJsonObject } from './json-body.ts';
import { failureMessage } from './message.ts';
import type { Answer } from './question.ts';

/** The name under which IAM knows the project. */
export const nameInIam = (project: ProjectConfig): string => project.projectName ?? project.region;

/** Reads the id of a project from IAM's list of the projects of that name; throws a `CloudFailure` without exactly one. */
export function readProjectId(answer: Answer, project: ProjectConfig): string {
  const { host } = new URL(project.iamEndpoint);
  const name = nameInIam(project);
  const fail = (kind: 'malformed' | 'refused', reason: string): CloudFailure =>
    new CloudFailure(failureMessage('find_project', reason, 'set project_id or project_name'), {
      kind,
      operation: 'find_project',
      host,
      status: answer.status,
      code: undefined,
      cause: undefined,
      serverDate: undefined,
    });
  const projects = asJsonObject(answer.body)?.['projects'];
  if (!Array.isArray(projects)) {
    throw fail('malformed', `${host} answered ${answer.status} without a list of projects`);
  }
  const ids = new Set(
    projects
      .map(asJsonObject)
      .filter((found) => found?.['name'] === name)
      .map((found) => found?.['id'])
      .filter((id) => typeof id === 'string' && id !== ''),
  );
  const [id] = ids;
  if (typeof id !== 'string')
    throw fail('refused', `${host} shows no project named "${name}" to these credentials`);
  if (ids.size > 1) throw fail('refused', `${host} shows ${ids.size} projects named "${name}"`);
  return id;
}
