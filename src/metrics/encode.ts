import type { Pace } from '../state/pace.ts';
import type { ServedService } from '../state/served.ts';
import { writeSample } from './exposition.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';
import { placeLabels, resourceLabels, sampleReader } from './sample-reader.ts';

/** Some samples of one metric, as lines. */
export interface TextPiece {
  /** The index of the metric in `RESOURCE_METRICS`. */
  readonly metric: number;
  readonly text: string;
}

// Small enough that writing one piece is done in about a millisecond.
const RESOURCES_PER_PIECE = 500;

const READERS = RESOURCE_METRICS.map((metric) => ({ name: metric.name, read: sampleReader(metric) }));

/**
 * The samples of a service. The pieces of a metric come in order, between those of other metrics, and are the same
 * in both exposition formats. A metric without samples has no pieces.
 */
export async function* encodeSamples(service: ServedService, pace: Pace): AsyncGenerator<TextPiece> {
  const { resources } = service;
  const place = placeLabels(service);
  for (let from = 0; from < resources.length; from += RESOURCES_PER_PIECE) {
    const group = resources
      .slice(from, from + RESOURCES_PER_PIECE)
      .map((resource) => ({ resource, labels: resourceLabels(place, resource) }));
    for (const [metric, { name, read }] of READERS.entries()) {
      await pace();
      let text = '';
      for (const { resource, labels } of group) {
        read(resource, (moreLabels, value) => {
          text += writeSample(name, labels + moreLabels, value);
        });
      }
      if (text !== '') yield { metric, text };
    }
  }
}
