import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestObservation } from '../cloud/client.ts';
import { OUTCOMES, type Outcome } from '../domain/outcome.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import { REJECTION_REASONS, type RejectionReason } from '../pagination/list.ts';
import type { Rejections } from '../pagination/walk.ts';
import { type Shard, WHOLE } from '../shard.ts';
import type { Yield } from '../state/event-loop.ts';
import type { Scope } from '../state/objective.ts';
import { ENDINGS, type ExpositionFormat, writeLabel, writeMetadata, writeSample } from './exposition.ts';
import type { MetricDescription } from './metric.ts';
import { PROCESS_METRICS } from './process-metrics.ts';
import { createSeriesSet, type SeriesSnapshot } from './series-set.ts';
import { SERVICE_METRICS, type ServiceRecord } from './service-metrics.ts';

/** The result of one poll of a service. */
export interface PollRecord {
  readonly outcome: Outcome;
  readonly ended: UnixSeconds;
  readonly duration: Seconds;
  /** Undefined if no rows could be read. */
  readonly rejections: Rejections | undefined;
  /** Undefined if the inventory was not read. */
  readonly inventoryComplete: boolean | undefined;
  /** Undefined unless the poll was complete. */
  readonly complete: { readonly unlisted: number; readonly overLimit: number } | undefined;
}

export interface ProjectLabels {
  readonly region: string;
  readonly project: string;
}

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly nodeVersion: string;
}

/** The exporter's own metrics. Those of a service are rendered after its poll, not during a scrape. */
export interface ExporterMetrics {
  /** Starts the counters of a service at 0; resolves when they are served. */
  readonly admit: (scope: Scope) => Promise<void>;
  /** Drops every series of a service that is no longer polled. */
  readonly forget: (scope: Scope) => Promise<void>;
  /** Resolves when the poll and its requests are served. */
  readonly recordPoll: (scope: Scope, poll: PollRecord) => Promise<void>;
  readonly recordRequest: (project: ProjectLabels, observation: RequestObservation) => void;
  /** Resolves when it is served. */
  readonly recordCredentialsExpiry: (
    project: ProjectLabels,
    expiry: UnixSeconds | undefined,
  ) => Promise<void>;
  /** Drops every series of a project that is no longer polled. */
  readonly forgetProject: (project: ProjectLabels) => Promise<void>;
  readonly recordReload: (successful: boolean, at: UnixSeconds) => void;
  /** The series of services and projects. */
  readonly series: () => SeriesSnapshot;
  /** The exposition of the process metrics, including the end of the format. */
  readonly render: (format: ExpositionFormat) => Promise<string>;
}

// prom-client names three gauges like counters.
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

// About 50 KB of the largest metric: compressed in a tenth of a millisecond.
const SERVICES_PER_GROUP = 40;

/** The exporter's own metrics, all counters at 0. `createYield` is called for each piece of work. */
export function createExporterMetrics(
  build: BuildInfo,
  createYield: () => Yield,
  shard: Shard = WHOLE,
): ExporterMetrics {
  const registry = new Registry();
  const gauge = (metric: MetricDescription) => new Gauge(options(metric, registry));
  const requestDuration = new Histogram({
    ...options(PROCESS_METRICS.requestDuration, registry),
    buckets: REQUEST_SECONDS,
  });
  // A gauge without labels is 0 until it is set: these two are created when there is a value.
  let reloadSuccess: ReturnType<typeof gauge> | undefined;
  let reloadTime: ReturnType<typeof gauge> | undefined;
  gauge(PROCESS_METRICS.buildInfo).set(
    { version: build.version, revision: build.revision, nodeversion: build.nodeVersion },
    1,
  );
  gauge(PROCESS_METRICS.shardOrdinal).set({ shard_ordinal: String(shard.ordinal) }, shard.ordinal);
  gauge(PROCESS_METRICS.totalShards).set(shard.total);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_SAMPLING_SECONDS * 1000 });
  for (const name of MISNAMED) registry.removeSingleMetric(name);

  const series = createSeriesSet(SERVICE_METRICS, SERVICES_PER_GROUP, createYield);
  const services = new Map<string, RequestedRecord>();
  const projects = new Map<string, ProjectRecord>();

  const serve = (key: string, ...subjects: readonly ServiceRecord[]): Promise<void> =>
    series.replace(key, { subjects, labelsOf: ({ labels }) => labels });

  const serveProject = async (project: ProjectLabels): Promise<void> => {
    const record = projects.get(keyOf(project));
    if (record === undefined || record.isServed) return;
    record.isServed = true;
    const { region, signIn, passwordExpiry } = record;
    await serve(keyOf(project), signIn, { labels: region, passwordExpiry });
  };

  return {
    admit: async (scope) => {
      const { region, project } = scope;
      if (!projects.has(keyOf(scope))) projects.set(keyOf(scope), newProject({ region, project }));
      const record = {
        labels: writeLabels({ cloud_service: scope.service, region, project }),
        polls: countsOf(OUTCOMES),
        rejected: countsOf(REJECTION_REASONS),
        requests: new Map<string, number>(),
      };
      services.set(keyOf(scope, scope.service), record);
      await serve(keyOf(scope, scope.service), record);
    },
    forget: async (scope) => {
      services.delete(keyOf(scope, scope.service));
      await series.remove(keyOf(scope, scope.service));
    },
    recordPoll: async (scope, poll) => {
      const key = keyOf(scope, scope.service);
      const before = services.get(key);
      if (before === undefined) return;
      const record = recordAfter(before, poll);
      services.set(key, record);
      await Promise.all([serve(key, record), serveProject(scope)]);
    },
    recordRequest: (project, { service, operation, code, seconds, clockSkew }) => {
      requestDuration.observe({ cloud_service: service, operation }, seconds);
      const ofProject = projects.get(keyOf(project));
      const record = service === 'iam' ? ofProject?.signIn : services.get(keyOf(project, service));
      if (record === undefined) return;
      const labels = `,${writeLabels({ operation, code })}`;
      record.requests.set(labels, (record.requests.get(labels) ?? 0) + 1);
      if (service !== 'iam') {
        if (clockSkew !== undefined) record.clockSkew = clockSkew;
      } else if (ofProject !== undefined) {
        ofProject.isServed = false;
      }
    },
    recordCredentialsExpiry: async (project, expiry) => {
      const record = projects.get(keyOf(project));
      if (record === undefined || record.passwordExpiry === expiry) return;
      record.passwordExpiry = expiry;
      record.isServed = false;
      await serveProject(project);
    },
    forgetProject: async (project) => {
      projects.delete(keyOf(project));
      await series.remove(keyOf(project));
    },
    recordReload: (successful, at) => {
      reloadSuccess ??= gauge(PROCESS_METRICS.reloadSuccess);
      reloadSuccess.set(successful ? 1 : 0);
      if (!successful) return;
      reloadTime ??= gauge(PROCESS_METRICS.reloadTime);
      reloadTime.set(at);
    },
    series: series.current,
    render: async (format) => {
      const families = await registry.getMetricsAsJSON();
      return (
        families.map((family) => writeFamily(family as unknown as Family, format)).join('') + ENDINGS[format]
      );
    },
  };
}

/** A record whose requests are counted. */
interface RequestedRecord extends ServiceRecord {
  readonly requests: Map<string, number>;
  clockSkew?: Seconds;
}

/** The metrics of a project that do not belong to a service. */
interface ProjectRecord {
  readonly region: string;
  readonly signIn: RequestedRecord;
  passwordExpiry: UnixSeconds | undefined;
  isServed: boolean;
}

const newProject = ({ region, project }: ProjectLabels): ProjectRecord => ({
  region: writeLabels({ region, project }),
  signIn: { labels: writeLabels({ cloud_service: 'iam', region, project }), requests: new Map() },
  passwordExpiry: undefined,
  isServed: true,
});

function recordAfter<Before extends ServiceRecord>(before: Before, poll: PollRecord): Before {
  const { polls = countsOf(OUTCOMES), rejected = countsOf(REJECTION_REASONS) } = before;
  const added = (reason: RejectionReason): number => rejected[reason] + (poll.rejections?.[reason] ?? 0);
  return {
    ...before,
    polls: { ...polls, [poll.outcome]: polls[poll.outcome] + 1 },
    rejected: Object.fromEntries(REJECTION_REASONS.map((reason) => [reason, added(reason)])),
    lastOutcome: poll.outcome,
    duration: poll.duration,
    inventoryComplete: poll.inventoryComplete,
    ...(poll.complete && {
      lastSuccess: poll.ended,
      unlisted: poll.complete.unlisted,
      overLimit: poll.complete.overLimit,
    }),
  };
}

const countsOf = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

const keyOf = ({ region, project }: ProjectLabels, service = ''): string =>
  JSON.stringify([project, region, service]);

const writeLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => writeLabel(name, value))
    .join(',');

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly metricName?: string;
  }[];
}

// Each measurement of the event loop lag wakes an idle process.
const LAG_SAMPLING_SECONDS = 1;
const LAG_STATISTICS = /^nodejs_eventloop_lag_(min|max|mean|p\d+)_seconds$/;

// Node.js reports this or NaN if it has measured nothing since the last scrape.
const NOTHING_MEASURED = 2 ** 63 / 1e9;

function writeFamily({ name, help, type, values }: Family, format: ExpositionFormat): string {
  const known = values.filter(({ value }) => !Number.isNaN(value) && value !== NOTHING_MEASURED);
  const isLag = LAG_STATISTICS.test(name);
  const samples = known.map((sample) => {
    const labels = Object.entries(sample.labels).map(([label, value]) => writeLabel(label, String(value)));
    // Node.js measures the time between two samples of the lag, which includes the interval.
    const value = isLag ? Math.max(0, sample.value - LAG_SAMPLING_SECONDS) : sample.value;
    return writeSample(sample.metricName ?? name, labels.join(','), value);
  });
  return writeMetadata({ name, help, type, unit: unitOf(name) }, format) + samples.join('');
}

function unitOf(name: string): MetricDescription['unit'] {
  const unit = /_(seconds|bytes)(?:_total)?$/.exec(name)?.[1];
  return unit === 'seconds' || unit === 'bytes' ? unit : undefined;
}

function options({ name, help, labels }: MetricDescription, registry: InstanceType<typeof Registry>) {
  return { name, help, labelNames: [...labels], registers: [registry] };
}
