import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestObservation } from '../cloud/client.ts';
import { OUTCOMES, type Outcome } from '../domain/outcome.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import { REJECTION_REASONS } from '../pagination/list.ts';
import type { Rejections } from '../pagination/walk.ts';
import type { Scope } from '../state/objective.ts';
import { EXPORTER_METRICS } from './exporter-catalogue.ts';
import { ENDINGS, type ExpositionFormat, writeLabel, writeMetadata, writeSample } from './exposition.ts';
import type { MetricDescription } from './metric.ts';

/** What one poll of a service came to. */
export interface PollRecord {
  readonly outcome: Outcome;
  readonly ended: UnixSeconds;
  readonly duration: Seconds;
  /** Of the rows that were read; undefined when none could be. */
  readonly rejections: Rejections | undefined;
  /** Undefined when the inventory was not asked for. */
  readonly inventoryComplete: boolean | undefined;
  /** Undefined unless the poll was complete. */
  readonly complete: { readonly unlisted: number; readonly overLimit: number } | undefined;
}

/** Which program this is. */
export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly nodeVersion: string;
}

/** The exporter's own metrics: what it did, beside what it read. */
export interface ExporterMetrics {
  /** Starts the counters of a service at 0. */
  readonly admit: (place: Scope) => void;
  /** Drops every series of a service that is no longer polled. */
  readonly forget: (place: Scope) => Promise<void>;
  readonly recordPoll: (place: Scope, poll: PollRecord) => void;
  readonly recordRequest: (
    project: { readonly region: string; readonly project: string },
    observation: RequestObservation,
  ) => void;
  readonly recordCredentialsExpiry: (
    project: { readonly region: string; readonly project: string },
    expiry: UnixSeconds | undefined,
  ) => void;
  /** Drops every series of a project that is no longer polled. */
  readonly forgetProject: (project: { readonly region: string; readonly project: string }) => Promise<void>;
  readonly recordReload: (successful: boolean, at: UnixSeconds) => void;
  /** The exposition of all of them with the ending of the format. */
  readonly render: (format: ExpositionFormat) => Promise<string>;
}

// prom-client names three gauges as if they were counters.
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The exporter's own metrics, all counters of it at 0. */
export function createExporterMetrics(build: BuildInfo): ExporterMetrics {
  const registry = new Registry();
  const gauge = (metric: MetricDescription) => new Gauge(options(metric, registry));
  const counter = (metric: MetricDescription) => new Counter(options(metric, registry));

  const pollSuccess = gauge(EXPORTER_METRICS.pollSuccess);
  const inventorySuccess = gauge(EXPORTER_METRICS.inventorySuccess);
  const pollLastSuccess = gauge(EXPORTER_METRICS.pollLastSuccess);
  const pollDuration = gauge(EXPORTER_METRICS.pollDuration);
  const polls = counter(EXPORTER_METRICS.polls);
  const unlisted = gauge(EXPORTER_METRICS.unlisted);
  const recordsRejected = counter(EXPORTER_METRICS.recordsRejected);
  const resourcesOverLimit = gauge(EXPORTER_METRICS.resourcesOverLimit);
  const requests = counter(EXPORTER_METRICS.requests);
  const requestDuration = new Histogram({
    ...options(EXPORTER_METRICS.requestDuration, registry),
    buckets: REQUEST_SECONDS,
  });
  const credentialsExpiry = gauge(EXPORTER_METRICS.credentialsExpiry);
  // A gauge without labels says 0 until it is set: these two come when there is something to say.
  let reloadSuccess: ReturnType<typeof gauge> | undefined;
  let reloadTime: ReturnType<typeof gauge> | undefined;
  gauge(EXPORTER_METRICS.buildInfo).set(
    { version: build.version, revision: build.revision, nodeversion: build.nodeVersion },
    1,
  );
  // Each measurement of the event loop wakes an idle process.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 1000 });
  for (const name of MISNAMED) registry.removeSingleMetric(name);

  const perService = [
    pollSuccess,
    inventorySuccess,
    pollLastSuccess,
    pollDuration,
    unlisted,
    resourcesOverLimit,
  ];

  const forgetRequests = async (labels: Readonly<Record<string, string>>): Promise<void> => {
    const { values } = await requests.get();
    const matching = values.filter((sample) =>
      Object.entries(labels).every(
        ([name, value]) => sample.labels[name as keyof typeof sample.labels] === value,
      ),
    );
    for (const { labels: found } of matching) requests.remove(found);
  };

  return {
    admit: (place) => {
      for (const outcome of OUTCOMES) polls.inc({ ...labelsOf(place), outcome }, 0);
      for (const reason of REJECTION_REASONS) recordsRejected.inc({ ...labelsOf(place), reason }, 0);
    },
    forget: async (place) => {
      for (const metric of perService) metric.remove(labelsOf(place));
      for (const outcome of OUTCOMES) polls.remove({ ...labelsOf(place), outcome });
      for (const reason of REJECTION_REASONS) recordsRejected.remove({ ...labelsOf(place), reason });
      await forgetRequests(labelsOf(place));
    },
    recordPoll: (place, poll) => {
      const labels = labelsOf(place);
      polls.inc({ ...labels, outcome: poll.outcome });
      pollSuccess.set(labels, poll.outcome === 'success' ? 1 : 0);
      pollDuration.set(labels, poll.duration);
      if (poll.inventoryComplete === undefined) inventorySuccess.remove(labels);
      else inventorySuccess.set(labels, poll.inventoryComplete ? 1 : 0);
      for (const reason of REJECTION_REASONS) {
        recordsRejected.inc({ ...labels, reason }, poll.rejections?.[reason] ?? 0);
      }
      if (poll.complete === undefined) return;
      pollLastSuccess.set(labels, poll.ended);
      unlisted.set(labels, poll.complete.unlisted);
      resourcesOverLimit.set(labels, poll.complete.overLimit);
    },
    recordRequest: (place, { service, operation, code, seconds }) => {
      requests.inc({ cloud_service: service, ...place, operation, code });
      requestDuration.observe({ cloud_service: service, operation }, seconds);
    },
    recordCredentialsExpiry: (place, expiry) => {
      if (expiry === undefined) credentialsExpiry.remove(place);
      else credentialsExpiry.set(place, expiry);
    },
    forgetProject: async (place) => {
      credentialsExpiry.remove(place);
      await forgetRequests(place);
    },
    recordReload: (successful, at) => {
      reloadSuccess ??= gauge(EXPORTER_METRICS.reloadSuccess);
      reloadSuccess.set(successful ? 1 : 0);
      if (!successful) return;
      reloadTime ??= gauge(EXPORTER_METRICS.reloadTime);
      reloadTime.set(at);
    },
    render: async (format) => {
      const families = await registry.getMetricsAsJSON();
      return (
        families.map((family) => writeFamily(family as unknown as Family, format)).join('') + ENDINGS[format]
      );
    },
  };
}

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

// What Node.js gives for the event loop when it has measured nothing since the last scrape, besides NaN.
const NOTHING_MEASURED = 2 ** 63 / 1e9;

function writeFamily({ name, help, type, values }: Family, format: ExpositionFormat): string {
  const known = values.filter(({ value }) => !Number.isNaN(value) && value !== NOTHING_MEASURED);
  const samples = known.map((sample) => {
    const labels = Object.entries(sample.labels).map(([label, value]) => writeLabel(label, String(value)));
    return writeSample(sample.metricName ?? name, labels.join(','), sample.value);
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

const labelsOf = ({ service, region, project }: Scope) => ({
  cloud_service: service,
  region,
  project,
});
