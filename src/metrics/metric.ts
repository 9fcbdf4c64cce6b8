/** What describes a metric wherever it is named: exposition, documentation, dashboard, alerts. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** The base unit that ends the name; undefined for what has none. */
  readonly unit: 'seconds' | 'bytes' | undefined;
  readonly help: string;
  readonly labels: readonly string[];
}

/** How the samples of a metric are read off a subject, such as a resource; what is undefined has no sample. */
export type SampleReading<Subject> =
  | { readonly kind: 'value'; readonly value: (subject: Subject) => number | undefined }
  | {
      readonly kind: 'by_label';
      readonly label: string;
      readonly labelValues: readonly string[];
      readonly value: (subject: Subject, labelValue: string) => number | undefined;
    }
  | {
      readonly kind: 'info';
      readonly labels: (subject: Subject) => Readonly<Record<string, string | undefined>> | undefined;
    }
  /** Values by their labels, written out with a comma before each. */
  | { readonly kind: 'labelled'; readonly values: (subject: Subject) => Iterable<readonly [string, number]> };

/** A metric whose samples are read off subjects. */
export interface SeriesMetric<Subject> extends MetricDescription {
  readonly reading: SampleReading<Subject>;
}
