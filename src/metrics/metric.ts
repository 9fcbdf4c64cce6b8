/** What describes a metric wherever it is named: exposition, documentation, dashboard, alerts. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** The base unit that ends the name; undefined for what has none. */
  readonly unit: 'seconds' | 'bytes' | undefined;
  readonly help: string;
  readonly labels: readonly string[];
}
