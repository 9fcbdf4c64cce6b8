import type { RequestObservation } from '../cloud/client.ts';
import { OUTCOMES, type Outcome } from '../domain/outcome.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import { REJECTION_REASONS } from '../pagination/list.ts';
import type { Rejections } from '../pagination/walk.ts';
import { type Shard, WHOLE } from '../shard.ts';
import type { Yield } from '../state/event-loop.ts';
import type { Scope } from '../state/objective.ts';
import { writeLabels } from './exposition.ts';
import { type BuildInfo, createProcessMetrics } from './process-metrics.ts';
import { createSeriesSet } from './series-set.ts';
import { SERVICE_METRICS, type ServiceRecord, scopeLabels } from './service-metrics.ts';

/** The result of one poll of a service. */
export interface PollRecord {
  readonly outcome: Outcome;
  readonly ended: UnixSeconds;
  readonly duration: Seconds;
  /** Undefined if no rows could be read. */
  readonly rejections: Rejections | undefined;
  /** Undefined if the inventory was not read. */
  readonly inventoryComplete: boolean | undefined;
  /** Undefined before the first complete inventory. */
  readonly resourcesUnlisted: number | undefined;
  /** Undefined unless the poll was complete. */
  readonly complete: { readonly unlisted: number; readonly overLimit: number } | undefined;
}

type Project = Pick<Scope, 'region' | 'project'>;

// About 50 KB of the largest metric: compressed in a tenth of a millisecond.
const SERVICES_PER_GROUP = 40;

/** The exporter's own metrics. Those of a service are rendered after its poll, not during a scrape. */
export type ExporterMetrics = ReturnType<typeof createExporterMetrics>;

/** The exporter's own metrics, all counters at 0. `createYield` is called for each piece of work. */
export function createExporterMetrics(build: BuildInfo, createYield: () => Yield, shard: Shard = WHOLE) {
  const { observeRequest, recordReload, render } = createProcessMetrics(build, shard);
  const series = createSeriesSet(SERVICE_METRICS, SERVICES_PER_GROUP, createYield);
  const records = new Map<string, CountedRecord>();
  const unservedSignIns = new Set<string>();

  const serve = async (key: string): Promise<void> => {
    const record = records.get(key);
    if (record === undefined) return;
    await series.replace(key, { subjects: [record], labelsOf: ({ labels }) => labels });
  };
  const drop = async (key: string): Promise<void> => {
    records.delete(key);
    await series.remove(key);
  };

  return {
    /** Starts the counters of a service at 0; resolves when they are served. */
    admit: async (scope: Scope): Promise<void> => {
      const { region, project } = scope;
      if (!records.has(keyOf(scope))) {
        records.set(keyOf(scope), newRecord(writeLabels({ region, project })));
        records.set(keyOf(scope, 'iam'), newRecord(writeLabels({ cloud_service: 'iam', region, project })));
      }
      records.set(keyOf(scope, scope.service), {
        ...newRecord(scopeLabels(scope)),
        polls: sums(OUTCOMES),
        rejected: sums(REJECTION_REASONS),
      });
      await serve(keyOf(scope, scope.service));
    },
    /** Drops every series of a service that is no longer polled. */
    forget: (scope: Scope): Promise<void> => drop(keyOf(scope, scope.service)),
    /** Resolves when the poll and its requests are served. */
    recordPoll: async (scope: Scope, poll: PollRecord): Promise<void> => {
      const key = keyOf(scope, scope.service);
      const before = records.get(key);
      if (before === undefined) return;
      records.set(key, recordAfter(before, poll));
      const signIn = keyOf(scope, 'iam');
      await Promise.all([serve(key), unservedSignIns.delete(signIn) && serve(signIn)]);
    },
    recordRequest: (project: Project, observation: RequestObservation): void => {
      observeRequest(observation);
      const { service, operation, code, clockSkew } = observation;
      const key = keyOf(project, service);
      const record = records.get(key);
      if (record === undefined) return;
      const labels = `,${writeLabels({ operation, code })}`;
      record.requests.set(labels, (record.requests.get(labels) ?? 0) + 1);
      if (service === 'iam') unservedSignIns.add(key);
      else if (clockSkew !== undefined) record.clockSkew = clockSkew;
    },
    /** Resolves when it is served. */
    recordCredentialsExpiry: async (project: Project, expiry: UnixSeconds | undefined): Promise<void> => {
      const record = records.get(keyOf(project));
      if (record === undefined || record.passwordExpiry === expiry) return;
      record.passwordExpiry = expiry;
      await serve(keyOf(project));
    },
    /** Resolves when it is served. */
    recordPolicies: async (scope: Scope, unread: number): Promise<void> => {
      const record = records.get(keyOf(scope, scope.service));
      if (record === undefined || record.policiesUnread === unread) return;
      record.policiesUnread = unread;
      await serve(keyOf(scope, scope.service));
    },
    /** Drops every series of a project that is no longer polled. */
    forgetProject: async (project: Project): Promise<void> => {
      await Promise.all([drop(keyOf(project)), drop(keyOf(project, 'iam'))]);
    },
    recordReload,
    /** The series of services and projects. */
    series: series.current,
    render,
  };
}

/** A record whose requests are counted. */
interface CountedRecord extends ServiceRecord {
  readonly requests: Map<string, number>;
  clockSkew?: Seconds;
  passwordExpiry?: UnixSeconds | undefined;
  policiesUnread?: number | undefined;
}

const newRecord = (labels: string): CountedRecord => ({ labels, requests: new Map() });

const recordAfter = (before: CountedRecord, poll: PollRecord): CountedRecord => ({
  ...before,
  polls: sums(OUTCOMES, before.polls, { [poll.outcome]: 1 }),
  rejected: sums(REJECTION_REASONS, before.rejected, poll.rejections),
  lastOutcome: poll.outcome,
  duration: poll.duration,
  inventoryComplete: poll.inventoryComplete,
  resourcesUnlisted: poll.resourcesUnlisted,
  ...(poll.complete && {
    lastSuccess: poll.ended,
    unlisted: poll.complete.unlisted,
    overLimit: poll.complete.overLimit,
  }),
});

/** The sums of some counts, 0 where there are none. */
const sums = <Name extends string>(
  names: readonly Name[],
  ...counts: readonly (Readonly<Partial<Record<Name, number>>> | undefined)[]
): Record<Name, number> =>
  Object.fromEntries(
    names.map((name) => [name, counts.reduce((sum, one) => sum + (one?.[name] ?? 0), 0)]),
  ) as Record<Name, number>;

/** The key of the series of a service, of signing in, or of the project itself. */
const keyOf = ({ region, project }: Project, service: Scope['service'] | 'iam' | '' = ''): string =>
  JSON.stringify([project, region, service]);
