import type { UnixSeconds } from '../../domain/quantities.ts';
import { isFine, outsideObjective, type ProjectExamination } from './examine.ts';

/** The examination for programs: keys in snake case, units in the names, what is unknown left out. */
export function examinationJson(projects: readonly ProjectExamination[], now: UnixSeconds): string {
  const report = {
    fine: projects.every(isFine),
    projects: projects.map(({ project, region, signInTrouble, services }) => ({
      project,
      region,
      sign_in: signInTrouble === undefined ? { fine: true } : { fine: false, reason: signInTrouble },
      services: services.map((examination) => ({
        service: examination.service,
        backups: examination.backups,
        resources: examination.resources?.length,
        never_backed_up: examination.resources?.filter(({ standing }) => standing === 'never').length,
        outside_objective:
          examination.resources &&
          outsideObjective(examination.resources, now).map((resource) => ({
            resource_id: resource.resourceId,
            resource_name: resource.resourceName,
            last_success_timestamp_seconds: resource.lastSuccess,
            rpo_seconds: resource.objective,
          })),
        rejected_rows: examination.rejectedRows,
        unlisted: examination.unlisted,
        resources_over_limit: examination.overLimit,
        excluded: examination.excluded,
        troubles: examination.troubles,
      })),
    })),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
