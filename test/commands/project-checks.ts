import type { ProjectCheck, ServiceCheck } from '../../src/commands/check/check-projects.ts';
import { seconds, type UnixSeconds, unixSeconds } from '../../src/domain/quantities.ts';
import type { ResourceStatus } from '../../src/status/report.ts';

/** When the checks of the tests were made. */
export const NOW: UnixSeconds = unixSeconds(1_782_900_000);

const DAY = 86_400;

/** A graph whose newest good backup is two hours old, well within its objective. */
export const graph = (fields: Partial<ResourceStatus> = {}): ResourceStatus => ({
  standing: 'fine',
  service: 'ges',
  region: 'cn-north-4',
  project: 'prod',
  resourceId: '4c5f882d-a813-4d78-a1e3-6136914759d1',
  resourceName: 'orders',
  exists: true,
  objective: seconds(93_600),
  created: unixSeconds(NOW - 200 * DAY),
  lastState: 'succeeded',
  lastSuccess: unixSeconds(NOW - 7200),
  lastSize: undefined,
  lastDuration: undefined,
  consecutiveFailures: 0,
  runningSince: undefined,
  ...fields,
});

/** A graph that is expected to be backed up and never was. */
export const neverBackedUp = (fields: Partial<ResourceStatus> = {}): ResourceStatus =>
  graph({
    standing: 'never',
    resourceId: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a',
    resourceName: 'identity',
    lastState: undefined,
    lastSuccess: undefined,
    ...fields,
  });

/** What was found of a service where everything is well. */
export const service = (fields: Partial<ServiceCheck> = {}): ServiceCheck => ({
  service: 'ges',
  resources: [graph()],
  backups: 7,
  rejectedRows: {},
  unlisted: 0,
  overLimit: 0,
  excluded: 0,
  problems: [],
  ...fields,
});

/** What was found of a project where everything is well. */
export const project = (fields: Partial<ProjectCheck> = {}): ProjectCheck => ({
  project: 'prod',
  region: 'cn-north-4',
  credentials: { kind: 'signed_in' },
  passwordExpires: undefined,
  services: [service()],
  refused: undefined,
  ...fields,
});
