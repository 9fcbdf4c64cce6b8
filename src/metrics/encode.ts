import type { Pace } from '../state/pace.ts';
import type { ServedResource, ServedService } from '../state/served.ts';
import { writeLabel, writeSample } from './exposition.ts';
import { RESOURCE_METRICS, type ResourceMetric } from './resource-metrics.ts';

// Small enough that writing one piece is done in about a millisecond.
const RESOURCES_PER_PIECE = 500;

/**
 * The samples of a service in UTF-8: for each metric of `RESOURCE_METRICS`, in order, the pieces that hold them.
 * They are the same in both exposition formats. A metric without samples has no pieces.
 */
export async function encodeSamples(
  { service, region, project, resources }: ServedService,
  pace: Pace,
): Promise<readonly (readonly Buffer[])[]> {
  const place = [
    writeLabel('service', service),
    writeLabel('region', region),
    writeLabel('project', project),
  ].join(',');
  const pieces: Buffer[][] = RESOURCE_METRICS.map(() => []);
  for (let from = 0; from < resources.length; from += RESOURCES_PER_PIECE) {
    const group = resources.slice(from, from + RESOURCES_PER_PIECE).map((resource) => ({
      resource,
      labels: `${place},${writeLabel('resource_id', resource.id)},${writeLabel('resource_name', resource.name)}`,
    }));
    for (const [index, metric] of RESOURCE_METRICS.entries()) {
      await pace();
      const text = writeSamples(metric, group);
      if (text !== '') pieces[index]?.push(Buffer.from(text));
    }
  }
  return pieces;
}

interface LabelledResource {
  readonly resource: ServedResource;
  readonly labels: string;
}

function writeSamples({ name, reading }: ResourceMetric, group: readonly LabelledResource[]): string {
  let text = '';
  switch (reading.kind) {
    case 'value':
      for (const { resource, labels } of group) {
        const value = reading.value(resource);
        if (value !== undefined) text += writeSample(name, labels, value);
      }
      return text;
    case 'by_label': {
      const endings = reading.labelValues.map(
        (labelValue) => [labelValue, `,${writeLabel(reading.label, labelValue)}`] as const,
      );
      for (const { resource, labels } of group) {
        for (const [labelValue, ending] of endings) {
          const value = reading.value(resource, labelValue);
          if (value !== undefined) text += writeSample(name, labels + ending, value);
        }
      }
      return text;
    }
    case 'info':
      for (const { resource, labels } of group) {
        const more = reading.labels(resource);
        if (more !== undefined) text += writeSample(name, labels + writeKnownLabels(more), 1);
      }
      return text;
    default:
      return reading satisfies never;
  }
}

function writeKnownLabels(labels: Readonly<Record<string, string | undefined>>): string {
  let text = '';
  for (const [name, value] of Object.entries(labels)) {
    if (value !== undefined) text += `,${writeLabel(name, value)}`;
  }
  return text;
}
