import type { UnixSeconds } from '../../domain/quantities.ts';
import { isFine, outsideObjective, type ProjectExamination } from './examine.ts';

/** What an examination comes to. */
export interface Verdict {
  /** Whether the command ends with 0. */
  readonly fine: boolean;
  /** Projects where something keeps the exporter from its work. */
  readonly failing: number;
  /** Resources outside of their objective, in all projects. */
  readonly outside: number;
  /** Whether these count. */
  readonly strict: boolean;
}

/** The verdict on an examination. */
export function verdictOf(
  projects: readonly ProjectExamination[],
  now: UnixSeconds,
  strict: boolean,
): Verdict {
  const failing = projects.filter((project) => !isFine(project)).length;
  const outside = projects
    .flatMap(({ services }) => services.map(({ resources = [] }) => outsideObjective(resources, now).length))
    .reduce((sum, count) => sum + count, 0);
  return { fine: failing === 0 && !(strict && outside > 0), failing, outside, strict };
}
