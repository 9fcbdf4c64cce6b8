import { outsideObjective, type ProjectCheck } from './check-projects.ts';

/** What the checks of all projects come to. */
export interface CheckSummary {
  /** Whether all checks passed, and the command ends with 0. */
  readonly passed: boolean;
  /** Projects in which a check failed. */
  readonly failing: number;
  /** Resources outside their objective, in all projects. */
  readonly outside: number;
  /** Whether a resource outside its objective is a check that failed. */
  readonly strict: boolean;
}

/** Sums up the checks of all projects. */
export function summarize(projects: readonly ProjectCheck[], strict: boolean): CheckSummary {
  const failing = projects.filter((project) => !hasPassed(project, strict)).length;
  const outside = projects.reduce((sum, project) => sum + countOutside(project), 0);
  return { passed: failing === 0, failing, outside, strict };
}

/** Whether all checks of a project passed. */
export const hasPassed = (project: ProjectCheck, strict: boolean): boolean =>
  project.credentials.kind !== 'failed' &&
  project.services.every(({ problems }) => problems.length === 0) &&
  !(strict && countOutside(project) > 0);

const countOutside = ({ services }: ProjectCheck): number =>
  services.reduce((sum, { resources = [] }) => sum + outsideObjective(resources).length, 0);
