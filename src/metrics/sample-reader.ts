import type { Scope } from '../state/objective.ts';
import type { ServedResource } from '../state/served.ts';
import { writeLabel } from './exposition.ts';
import type { SeriesMetric } from './metric.ts';

/** Receives a sample: the labels after those of the subject, each with a leading comma, and the value. */
export type TakeSample = (moreLabels: string, value: number) => void;

export type SampleReader<Subject> = (subject: Subject, take: TakeSample) => void;

/** Creates the reader of a metric; what is the same for every subject is computed once. */
export function sampleReader<Subject>({ samples }: SeriesMetric<Subject>): SampleReader<Subject> {
  switch (samples.kind) {
    case 'value':
      return (subject, take) => {
        const value = samples.value(subject);
        if (value !== undefined) take('', value);
      };
    case 'by_label': {
      const choices = samples.labelValues.map(
        (value) => [value, `,${writeLabel(samples.label, value)}`] as const,
      );
      return (subject, take) => {
        for (const [labelValue, label] of choices) {
          const value = samples.value(subject, labelValue);
          if (value !== undefined) take(label, value);
        }
      };
    }
    case 'info':
      return (subject, take) => {
        const labels = samples.labels(subject);
        if (labels !== undefined) take(writeKnownLabels(labels), 1);
      };
    case 'labelled':
      return (subject, take) => {
        for (const [labels, value] of samples.values(subject)) take(labels, value);
      };
    default:
      return samples satisfies never;
  }
}

/** The labels of every series of a service, without braces. */
export function scopeLabels({ service, region, project }: Scope): string {
  return [
    writeLabel('cloud_service', service),
    writeLabel('region', region),
    writeLabel('project', project),
  ].join(',');
}

/** The labels of every series of a resource, after those of its service. */
export function resourceLabels(scope: string, { id, name }: Pick<ServedResource, 'id' | 'name'>): string {
  return `${scope},${writeLabel('resource_id', id)},${writeLabel('resource_name', name)}`;
}

function writeKnownLabels(labels: Readonly<Record<string, string | undefined>>): string {
  let text = '';
  for (const [name, value] of Object.entries(labels)) {
    // For Prometheus an empty label is the same as none.
    if (value !== undefined && value !== '') text += `,${writeLabel(name, value)}`;
  }
  return text;
}
