import type { Backup, BackupState } from '../../src/domain/backup.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import {
  type Bytes,
  bytes,
  type Seconds,
  seconds,
  type UnixSeconds,
  unixSeconds,
} from '../../src/domain/quantities.ts';
import { NONE_FINISHED } from '../../src/state/finished.ts';
import type { Scope } from '../../src/state/objective.ts';
import {
  addBackup,
  createNewestBackups,
  MOST_RECENT_BACKUPS,
  NO_RECENT_BACKUPS,
  type PackedBackups,
} from '../../src/state/recent-backups.ts';
import { NO_BACKUPS } from '../../src/state/resource-facts.ts';
import { statesOf } from '../../src/state/resource-state.ts';
import type { PollStatus, ResourceStatus, StatusReport } from '../../src/status/report.ts';
import { failed, running, succeeded } from '../support/backups.ts';

/** The time of the reports: 2026-07-01T10:00:00Z. */
export const NOW = unixSeconds(1_782_900_000);

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIB = 1024 ** 2;

/** The time this many seconds before {@link NOW}. */
export const ago = (length: number) => unixSeconds(NOW - length);

const FINE_GRAPH = {
  service: 'ges' as Scope['service'],
  region: 'cn-north-4',
  project: 'prod',
  resourceId: '4c5f882d-a813-4d78-a1e3-6136914759d1',
  resourceName: 'orders',
  exists: true,
  objective: seconds(26 * HOUR) as Seconds | undefined,
  notExpected: undefined as string | undefined,
  created: ago(210 * DAY) as UnixSeconds | undefined,
  kind: undefined as string | undefined,
  status: undefined as string | undefined,
  lastState: 'succeeded' as BackupState | undefined,
  lastSuccess: ago(3 * HOUR + 12 * MINUTE) as UnixSeconds | undefined,
  lastSize: bytes(812 * MIB) as Bytes | undefined,
  lastDuration: seconds(67) as Seconds | undefined,
  lastMethod: 'auto' as string | undefined,
  lastAutomaticSuccess: undefined as UnixSeconds | undefined,
  medianSize: undefined as Bytes | undefined,
  medianDuration: undefined as Seconds | undefined,
  lastFailure: undefined as UnixSeconds | undefined,
  consecutiveFailures: 0,
  runningSince: undefined as UnixSeconds | undefined,
  oldestSuccess: undefined as UnixSeconds | undefined,
  stored: { succeeded: 7, failed: 0, running: 0, unknown: 0 },
  storedBytes: undefined as Bytes | undefined,
  recent: NO_RECENT_BACKUPS,
};

const NOTHING_LISTED = {
  ...{ engineVersion: undefined, arch: undefined, encrypted: undefined, tags: {}, exists: true },
  ...{ notExpected: undefined, parentId: undefined, storedBytes: undefined },
};

/** The facts of a resource that a test sets; unknown ones are undefined. */
export type ResourceFields = Readonly<Partial<typeof FINE_GRAPH>>;

/** A graph that is fine by default; its states and due time follow from the given fields. */
export function resource(fields: ResourceFields = {}): ResourceStatus {
  const { resourceId: id, resourceName: name, ...all } = { ...FINE_GRAPH, ...fields };
  const { created, kind, status, lastSuccess: end, lastSize: size, lastDuration: duration } = all;
  const since = end ?? created;
  const known = {
    ...NO_BACKUPS,
    ...all,
    ...{ id, name, firstSeen: NOW, unread: false, tags: {}, finished: NONE_FINISHED },
    listing: { ...NOTHING_LISTED, id, name, created, kind, status },
    lastSuccess: end && { end, size, duration, method: all.lastMethod },
    medians: { size: all.medianSize, duration: all.medianDuration },
    due: since && all.objective && unixSeconds(since + all.objective),
  };
  return { ...known, states: statesOf(known, NOW) };
}

/** Recent backups in their packed form. */
export function recent(...backups: readonly Backup[]): PackedBackups {
  const kept = createNewestBackups(MOST_RECENT_BACKUPS);
  for (const backup of backups) addBackup(kept, backup);
  return kept;
}

interface PollFields extends Partial<PollStatus> {
  readonly outcome?: Outcome;
  readonly reason?: string | undefined;
  readonly lastPoll?: UnixSeconds;
}

/** A poll that was complete four minutes ago, by default. */
export function poll({
  outcome = 'success',
  reason,
  lastPoll = ago(4 * MINUTE),
  ...fields
}: PollFields = {}): PollStatus {
  return {
    service: 'ges',
    region: 'cn-north-4',
    project: 'prod',
    recent: [{ ended: lastPoll, duration: seconds(2), outcome, reason, requests: 3 }],
    lastComplete: ago(4 * MINUTE),
    inventory: { complete: true, reason: undefined },
    rejected: {},
    clockSkew: undefined,
    unlisted: 0,
    resourcesUnlisted: 0,
    overLimit: 0,
    policiesUnread: undefined,
    resources: 12,
    ...fields,
  };
}

/** A service that has not been polled yet. */
export function unpolled(fields: Partial<PollStatus> = {}): PollStatus {
  const nothing = {
    lastComplete: undefined,
    inventory: undefined,
    unlisted: undefined,
    overLimit: undefined,
    policiesUnread: undefined,
    resourcesUnlisted: undefined,
  };
  return poll({ recent: [], ...nothing, resources: undefined, ...fields });
}

/** A poll that failed for this reason; the last complete one was three hours ago. */
export function failingPoll(outcome: Outcome, reason: string, fields: Partial<PollStatus> = {}): PollStatus {
  return poll({ outcome, reason, lastPoll: ago(MINUTE), lastComplete: ago(3 * HOUR), ...fields });
}

/** A report of these resources and polls. */
export function report(fields: Partial<StatusReport> = {}): StatusReport {
  return {
    version: '0.1.0',
    now: NOW,
    reloadProblems: [],
    projects: [],
    polls: [poll()],
    resources: [resource()],
    ...fields,
  };
}

const NO_SUCCESS = { lastSuccess: undefined, lastSize: undefined, lastDuration: undefined } as const;

const id = (number: number) =>
  `${((number * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}-a813-4d78-a1e3-${String(number).padStart(12, '0')}`;

/** Graphs and instances in every state. */
export const mixedReport: StatusReport = report({
  polls: [
    poll(),
    failingPoll(
      'permission',
      'gaussdb.cn-north-4.myhuaweicloud.com refuses list_backups (DBS.280015): grant gaussdb:backup:list',
      {
        service: 'gaussdb-mysql',
        resources: 6,
      },
    ),
    poll({
      project: 'analytics',
      region: 'ap-southeast-3',
      inventory: { complete: false, reason: 'GES.7041, grant ges:graph:list' },
      unlisted: 3,
      resources: 4,
    }),
  ],
  resources: [
    resource({ resourceName: 'orders', resourceId: id(1) }),
    resource({
      resourceName: 'customers',
      resourceId: id(2),
      lastSuccess: ago(21 * HOUR),
      lastSize: bytes(2.74 * 1024 * MIB),
      lastDuration: seconds(754),
    }),
    resource({
      resourceName: 'fraud-rings',
      resourceId: id(3),
      lastState: 'failed',
      lastSuccess: ago(3 * DAY + 4 * HOUR),
      consecutiveFailures: 3,
      lastFailure: ago(5 * HOUR),
      lastSize: bytes(18.2 * 1024 * MIB),
      lastDuration: seconds(2410),
    }),
    resource({
      resourceName: 'recommendations',
      resourceId: id(4),
      lastState: 'running',
      runningSince: ago(12 * MINUTE),
      lastSuccess: ago(24 * HOUR),
    }),
    resource({
      resourceName: 'supply-chain',
      resourceId: id(5),
      lastState: 'failed',
      consecutiveFailures: 1,
      lastFailure: ago(2 * HOUR),
      lastSuccess: ago(23 * HOUR),
    }),
    resource({
      resourceName: 'identity-graph',
      resourceId: id(6),
      ...NO_SUCCESS,
      lastState: undefined,
      created: ago(12 * DAY + 3 * HOUR),
    }),
    resource({
      resourceName: 'scratch-lin',
      resourceId: id(7),
      objective: undefined,
      ...NO_SUCCESS,
      lastState: undefined,
      created: ago(2 * DAY),
    }),
    resource({
      resourceName: 'legacy-routes',
      resourceId: id(8),
      exists: false,
      objective: undefined,
      lastSuccess: ago(140 * DAY),
      created: undefined,
    }),
    resource({
      project: 'analytics',
      region: 'ap-southeast-3',
      resourceName: 'web-links',
      resourceId: id(9),
      lastSuccess: ago(6 * HOUR),
      lastSize: undefined,
    }),
    resource({
      project: 'analytics',
      region: 'ap-southeast-3',
      resourceName: 'citations',
      resourceId: id(10),
      lastSuccess: ago(5 * HOUR),
      lastState: 'unknown',
    }),
    resource({
      service: 'gaussdb-mysql',
      resourceName: 'billing',
      resourceId: '43e4feaab48f11e89039fa163ebaa7e4in07',
      lastSuccess: ago(9 * HOUR),
      lastSize: bytes(2803 * MIB),
      lastDuration: seconds(240),
    }),
    resource({
      service: 'gaussdb-mysql',
      resourceName: 'sessions',
      resourceId: '8d1c7c1ee2a54bb1a2f7c1b7d5c4a1f2in07',
      lastState: 'running',
      runningSince: ago(7 * HOUR),
      lastSuccess: ago(31 * HOUR),
      lastSize: bytes(512 * MIB),
      lastDuration: seconds(180),
      recent: recent(
        succeeded({ end: ago(79 * HOUR), size: 500 * MIB, duration: 170 }),
        failed({ end: ago(55 * HOUR) }),
        succeeded({ end: ago(31 * HOUR), size: 512 * MIB, duration: 180 }),
        running({ start: ago(7 * HOUR) }),
      ),
    }),
    resource({
      service: 'gaussdb-mysql',
      resourceName: 'ledger',
      resourceId: id(13),
      runningSince: ago(19 * HOUR),
      lastSuccess: ago(20 * HOUR),
      medianDuration: seconds(300),
    }),
    resource({
      service: 'gaussdb-mysql',
      resourceName: 'carts',
      resourceId: id(14),
      lastSize: bytes(10 * MIB),
      medianSize: bytes(9.77 * 1024 * MIB),
    }),
    resource({
      service: 'gaussdb-mysql',
      resourceName: 'invoices',
      resourceId: id(15),
      lastDuration: seconds(5 * HOUR),
      medianDuration: seconds(300),
    }),
    resource({
      service: 'gaussdb-mysql',
      resourceName: 'fresh',
      resourceId: id(16),
      ...NO_SUCCESS,
      lastState: undefined,
      created: ago(4 * HOUR),
    }),
  ],
});

const STATES_IN_TURN: readonly ResourceFields[] = [
  {},
  { lastSuccess: ago(3 * DAY) },
  { lastState: 'failed', consecutiveFailures: 2, lastFailure: ago(HOUR) },
  { lastState: 'running', runningSince: ago(20 * MINUTE) },
  { ...NO_SUCCESS, lastState: undefined },
  { objective: undefined },
  {},
  {},
];

/** A report of this many resources in two projects, in many states. */
export function largeReport(size: number): StatusReport {
  return report({
    polls: [
      poll({ resources: size / 2 }),
      poll({ project: 'staging', region: 'eu-west-101', resources: size / 2 }),
    ],
    resources: Array.from({ length: size }, (_, index) =>
      resource({
        resourceName: `graph-${index + 1}`,
        resourceId: id(index + 1),
        lastSuccess: ago((index * 7919) % (25 * HOUR)),
        lastSize: bytes(((index * 104_729) % 9000) * MIB),
        lastDuration: seconds((index * 31) % 4000),
        ...(index % 2 === 0 ? {} : { project: 'staging', region: 'eu-west-101' }),
        ...STATES_IN_TURN[index % STATES_IN_TURN.length],
      }),
    ),
  });
}
