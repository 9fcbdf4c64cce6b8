import { outsideObjective, type ProjectCheck } from './check-projects.ts';

/** The results of all projects. */
export interface CheckSummary {
  /** Whether all checks passed, so that the command exits with 0. */
  readonly passed: boolean;
  /** Projects with a failed check. */
  readonly failing: number;
  /** Resources outside their objective, in all projects. */
  readonly outside: number;
  /** Whether a resource outside its objective is a failed check. */
  readonly strict: boolean;
}

export function summarize(projects: readonly ProjectCheck[], strict: boolean): CheckSummary {
  const failing = projects.filter((project) => !hasPassed(project, strict)).length;
  const outside = projects.reduce((sum, project) => sum + countOutside(project), 0);
  return { passed: failing === 0, failing, outside, strict };
}

export const hasPassed = (project: ProjectCheck, strict: boolean): boolean =>
  project.credentials.kind !== 'failed' &&
  project.services.every(({ problems }) => problems.length === 0) &&
  !(strict && countOutside(project) > 0);

const countOutside = ({ services }: ProjectCheck): number =>
  services.reduce((sum, { resources = [] }) => sum + outsideObjective(resources).length, 0);
