/** The description of a metric for exposition, documentation, dashboards and alerts. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** Receives a sample: the labels after those of the subject, each with a leading comma, and the value. */
export type TakeSample = (moreLabels: string, value: number) => void;

/** The samples of a subject, such as a resource: their labels in addition to those of the subject, and how they are read. */
export interface Samples<Subject> {
  readonly labels: readonly string[];
  readonly read: (subject: Subject, take: TakeSample) => void;
}

export type SeriesMetric<Subject> = MetricDescription & Samples<Subject>;

export const describeMetric = (
  type: MetricDescription['type'],
  name: string,
  help: string,
  labels: readonly string[] = [],
): MetricDescription => ({ name: `huaweicloud_backup_${name}`, type, help, labels });

/** Describes metrics of subjects that have these labels. */
export function metricsOf<Subject>(subjectLabels: readonly string[]) {
  const describe =
    (type: MetricDescription['type']) =>
    (name: string, help: string, { labels, read }: Samples<Subject>): SeriesMetric<Subject> => ({
      ...describeMetric(type, name, help, [...subjectLabels, ...labels]),
      read,
    });
  return { gauge: describe('gauge'), counter: describe('counter') };
}
