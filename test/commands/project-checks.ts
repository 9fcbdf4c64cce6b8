import type { ProjectCheck, ServiceCheck } from '../../src/commands/check/results.ts';
import { type UnixSeconds, unixSeconds } from '../../src/domain/quantities.ts';
import type { ResourceStatus } from '../../src/status/report.ts';
import { type ResourceFields, resource } from '../status/reports.ts';

/** The time of the checks. */
export const NOW: UnixSeconds = unixSeconds(1_782_900_000);

const DAY = 86_400;

/** A graph whose last successful backup is two hours old, well within its objective. */
export const graph = (fields: ResourceFields = {}): ResourceStatus =>
  resource({ created: unixSeconds(NOW - 200 * DAY), lastSuccess: unixSeconds(NOW - 7200), ...fields });

/** A graph that was never backed up and is overdue. */
export const neverBackedUp = (fields: ResourceFields = {}): ResourceStatus =>
  graph({
    resourceId: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a',
    resourceName: 'identity',
    lastState: undefined,
    lastSuccess: undefined,
    ...fields,
  });

/** The results for a service without problems. */
export const service = (fields: Partial<ServiceCheck> = {}): ServiceCheck => ({
  service: 'ges',
  resources: [graph()],
  backups: 7,
  rejectedRows: {},
  unlisted: 0,
  resourcesUnlisted: 0,
  overLimit: 0,
  excluded: 0,
  problems: [],
  contradictions: [],
  ...fields,
});

/** The results for a project without problems. */
export const project = (fields: Partial<ProjectCheck> = {}): ProjectCheck => ({
  project: 'prod',
  region: 'cn-north-4',
  credentials: { kind: 'signed_in' },
  passwordExpires: undefined,
  services: [service()],
  refused: undefined,
  ...fields,
});
