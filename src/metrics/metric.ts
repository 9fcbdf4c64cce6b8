/** The description of a metric for exposition, documentation, dashboards and alerts. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** The base unit at the end of the name; undefined without one. */
  readonly unit: 'seconds' | 'bytes' | undefined;
  readonly help: string;
  readonly labels: readonly string[];
}

/** How to get the samples of a metric from a subject, such as a resource; undefined values have no sample. */
export type SampleSource<Subject> =
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
  /** Values by their labels, formatted with a leading comma. */
  | { readonly kind: 'labelled'; readonly values: (subject: Subject) => Iterable<readonly [string, number]> };

export interface SeriesMetric<Subject> extends MetricDescription {
  readonly samples: SampleSource<Subject>;
}
