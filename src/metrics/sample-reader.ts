import type { Scope } from '../state/objective.ts';
import type { ServedResource } from '../state/served.ts';
import { writeLabel } from './exposition.ts';
import type { ResourceMetric } from './resource-metrics.ts';

/** Takes one sample: what stands behind the labels of the resource, with a comma before it, and the value. */
export type TakeSample = (moreLabels: string, value: number) => void;

/** Gives the samples of one resource for one metric. */
export type SampleReader = (resource: ServedResource, take: TakeSample) => void;

/** The reader of a metric, with all that is the same for every resource made once. */
export function sampleReader({ reading }: ResourceMetric): SampleReader {
  switch (reading.kind) {
    case 'value':
      return (resource, take) => {
        const value = reading.value(resource);
        if (value !== undefined) take('', value);
      };
    case 'by_label': {
      const choices = reading.labelValues.map(
        (value) => [value, `,${writeLabel(reading.label, value)}`] as const,
      );
      return (resource, take) => {
        for (const [labelValue, label] of choices) {
          const value = reading.value(resource, labelValue);
          if (value !== undefined) take(label, value);
        }
      };
    }
    case 'info':
      return (resource, take) => {
        const labels = reading.labels(resource);
        if (labels !== undefined) take(writeKnownLabels(labels), 1);
      };
    default:
      return reading satisfies never;
  }
}

/** The labels of every series of a service, as they stand between the braces. */
export function placeLabels({ service, region, project }: Scope): string {
  return [
    writeLabel('cloud_service', service),
    writeLabel('region', region),
    writeLabel('project', project),
  ].join(',');
}

/** The labels of every series of a resource, behind those of its service. */
export function resourceLabels(place: string, { id, name }: Pick<ServedResource, 'id' | 'name'>): string {
  return `${place},${writeLabel('resource_id', id)},${writeLabel('resource_name', name)}`;
}

function writeKnownLabels(labels: Readonly<Record<string, string | undefined>>): string {
  let text = '';
  for (const [name, value] of Object.entries(labels)) {
    if (value !== undefined) text += `,${writeLabel(name, value)}`;
  }
  return text;
}
