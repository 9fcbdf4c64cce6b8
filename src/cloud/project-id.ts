import type { ProjectConfig } from '../config/config.ts';
import { asObject } from '../services/fields.ts';
import { type CloudFailure, detailsOf, failureOf } from './failure.ts';
import type { CloudRequest, CloudResponse } from './request.ts';

/** The project's name in IAM. */
export const nameInIam = (project: ProjectConfig): string => project.projectName ?? project.region;

/** Finds a project's id by its name; rejects with a `CloudFailure` unless exactly one project has it. */
export async function findProjectId(
  project: ProjectConfig,
  send: (request: CloudRequest) => Promise<CloudResponse>,
): Promise<string> {
  const request = {
    operation: 'find_project',
    service: 'iam',
    method: 'GET',
    endpoint: project.iamEndpoint,
    path: '/v3/projects',
    permission: { role: 'iam:projects:listProjects' },
  } as const;
  const response = await send({ ...request, query: { name: nameInIam(project) } }).catch(
    (refusal: unknown) => {
      if (detailsOf(refusal).kind !== 'permission') throw refusal;
      // This list needs no permission but has no filter.
      return send({ ...request, path: '/v3/auth/projects' }).catch((error: unknown) => {
        const { kind, status } = detailsOf(error);
        throw kind === 'permission' || status === 404 ? refusal : error;
      });
    },
  );
  return readProjectId(response, project);
}

function readProjectId({ status, body }: CloudResponse, project: ProjectConfig): string {
  const { host } = new URL(project.iamEndpoint);
  const name = nameInIam(project);
  const fail = (kind: 'malformed' | 'refused', reason: string): CloudFailure =>
    failureOf(
      { kind, operation: 'find_project', status },
      `${host} ${reason}`,
      'set project_id or project_name',
    );
  const projects = asObject(body)?.['projects'];
  if (!Array.isArray(projects)) throw fail('malformed', `returned ${status} without a list of projects`);
  const ids = new Set(
    projects
      .map(asObject)
      .filter((found) => found?.['name'] === name)
      .map((found) => found?.['id'])
      .filter((id) => typeof id === 'string' && id !== ''),
  );
  const [id] = ids;
  if (typeof id !== 'string') throw fail('refused', `lists no project named "${name}" for these credentials`);
  if (ids.size > 1) throw fail('refused', `lists ${ids.size} projects named "${name}"`);
  return id;
}
